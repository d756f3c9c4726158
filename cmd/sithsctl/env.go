package main

import (
	"context"
	"io"
	"os"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/ui/text"
)

// agent is what sithsctl asks of the service.
type agent interface {
	Snapshot(ctx context.Context) (apitype.Snapshot, error)
	Watch(ctx context.Context, f func(apitype.Snapshot) error) error
	PIN(ctx context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error)
	Care(ctx context.Context, req apitype.CareRequest, proof, fresh []byte) (apitype.PINResult, error)
	Lock(ctx context.Context) error
	Consent(ctx context.Context, a apitype.ConsentAnswer) error
	Admap(ctx context.Context) (apitype.Admap, error)
	Diag(ctx context.Context) (apitype.Diag, error)
	Rows(ctx context.Context, d client.Days) (*client.Rows, error)
	Report(ctx context.Context, d client.Days) ([]byte, error)
	Systems(ctx context.Context) (apitype.SystemList, error)
	AcquireSystem(ctx context.Context, name string) (apitype.SystemEntry, error)
	ReleaseSystem(ctx context.Context, name string) error
	ExplainSystem(ctx context.Context, name string, req apitype.ExplainRequest) (apitype.Explanation, error)
	EnrollSystem(ctx context.Context, name string) error
	ForgetSystem(ctx context.Context, name string) error
}

// terminal is where a person types. Raw turns echo and line editing off until restore is called.
type terminal interface {
	io.ReadWriteCloser
	Raw() (restore func() error, err error)
}

// env is everything that a command touches outside itself.
type env struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	connect        func(socket string) agent
	openTerminal   func() (terminal, error)
	openFD         func(fd int) io.ReadCloser

	lang   text.Lang // set by run
	socket string    // of --socket, else of the environment; empty is the system's
}

// system is the env of the real process.
func system() *env {
	return &env{
		stdout:       os.Stdout,
		stderr:       os.Stderr,
		getenv:       os.Getenv,
		connect:      func(socket string) agent { return &client.Client{Socket: socket} },
		openTerminal: openTTY,
		openFD:       func(fd int) io.ReadCloser { return os.NewFile(uintptr(fd), "pin-fd") },
	}
}

func (e *env) agent() agent { return e.connect(e.socket) }

func (e *env) say(w text.CtlWord, args ...any) string { return text.Ctl(e.lang, w, args...) }
