package main

import (
	"errors"
	"fmt"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/ui/text"
)

// fault is an error that already knows its words and its exit code.
type fault struct {
	text string
	code string
	exit int
}

func (f *fault) Error() string { return f.text }

func (e *env) usage(w text.CtlWord, args ...any) error {
	return &fault{text: e.say(w, args...), code: "usage", exit: exitUsage}
}

func (e *env) failed(w text.CtlWord, args ...any) error {
	return &fault{text: e.say(w, args...), code: "failed", exit: exitFailed}
}

// refused is a problem together with what the card says is left.
type refused struct {
	problem *apitype.Problem
	tries   *int
	card    *apitype.Card // that it was about; may be nil
}

func (r *refused) Error() string { return r.problem.Error() }
func (r *refused) Unwrap() error { return r.problem }

// describe turns any error into words, a code and an exit code.
func (e *env) describe(err error) *fault {
	var f *fault
	var p *apitype.Problem
	var d *client.Denied
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &d):
		return &fault{text: e.say(text.CtlDenied), code: string(apitype.SystemDenied), exit: exitDenied}
	case errors.As(err, &p):
		return &fault{text: e.problemText(err, p), code: string(p.Code), exit: exitOf(p.Code)}
	}
	return &fault{text: e.say(text.CtlFailed, err), code: "failed", exit: exitFailed}
}

func (e *env) problemText(err error, p *apitype.Problem) string {
	t := text.Problem(e.lang, p.Code)
	out := t.Headline + "."
	var r *refused
	if errors.As(err, &r) && r.tries != nil && *r.tries > 0 {
		out += " " + e.triesLeft(*r.tries)
	}
	if p.Code == apitype.PINBlocked && r != nil && r.card != nil {
		out += " " + text.Unlock(e.lang, r.card.Unlock)
	} else {
		out += " " + t.Action
	}
	if p.Ref != "" {
		out += " " + e.say(text.CtlRef, p.Ref)
	}
	return out
}

func (e *env) triesLeft(n int) string {
	if n == 1 {
		return e.say(text.CtlOneTryLeft)
	}
	return e.say(text.CtlTriesLeft, n)
}

// report prints err where scripts look for it and returns the exit code.
func (e *env) report(err error) int {
	if err == nil {
		return exitDone
	}
	f := e.describe(err)
	fmt.Fprintf(e.stderr, "sithsctl: %s [%s]\n", clean(f.text), f.code)
	return f.exit
}
