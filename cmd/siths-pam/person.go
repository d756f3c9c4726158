package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

var errProtocol = errors.New("the module does not keep to the protocol")

// person is whoever sits before the application, reached through the module. What is typed goes straight from the
// socket into locked memory and stays until the next question or Close.
type person struct {
	module io.ReadWriter
	typed  *secret.Buffer
}

func newPerson(module io.ReadWriter) (*person, error) {
	typed, err := secret.New(secret.MaxLen)
	if err != nil {
		return nil, err
	}
	return &person{module: module, typed: typed}, nil
}

// Close wipes what was typed.
func (p *person) Close() { _ = p.typed.Close() }

// AskHidden asks for a secret and returns the bytes typed, valid until the next question. Refusing to answer is
// pin.cancelled, and more than anybody's PIN is pin.length.
func (p *person) AskHidden(prompt string) ([]byte, error) { return p.ask(kindAskHidden, prompt) }

// Ask is AskHidden with the answer to be seen on the screen.
func (p *person) Ask(question string) ([]byte, error) { return p.ask(kindAsk, question) }

// Tell shows a message.
func (p *person) Tell(message string) error { return writeFrame(p.module, kindTell, plain(message)) }

// TellError shows what went wrong.
func (p *person) TellError(message string) error {
	return writeFrame(p.module, kindError, plain(message))
}

// Result is the last word to the module: the account that was proved, or why not.
func (p *person) Result(account string, err error) error {
	if err == nil {
		return writeFrame(p.module, kindResult, string(resultSuccess)+account)
	}
	return writeFrame(p.module, kindResult, string(resultOf(err)))
}

func (p *person) ask(kind byte, prompt string) ([]byte, error) {
	if err := writeFrame(p.module, kind, plain(prompt)); err != nil {
		return nil, err
	}
	f, err := readFrame(p.module)
	if err != nil {
		return nil, err
	}
	switch {
	case f.kind == kindCancel && f.size == 0:
		return nil, &apitype.Problem{Code: apitype.PINCancelled}
	case f.kind != kindAnswer:
		return nil, fmt.Errorf("%w: kind %q instead of an answer", errProtocol, f.kind)
	case f.size > secret.MaxLen:
		return nil, p.discard(f.size)
	}
	if err := p.typed.ReadN(p.module, f.size); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(p.typed.Bytes(), []byte("\n")), nil
}

// discard reads an answer away that is too long for a PIN. It may hold one all the same, so it goes the same way.
func (p *person) discard(size int) error {
	defer p.typed.Wipe()
	for ; size > 0; size -= min(size, secret.MaxLen) {
		if err := p.typed.ReadN(p.module, min(size, secret.MaxLen)); err != nil {
			return err
		}
	}
	return &apitype.Problem{Code: apitype.PINLength}
}

// plain takes from a text what could rewrite the screen: a holder's name comes from a certificate. It also keeps the
// text within a frame.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > textLimit {
		s = strings.ToValidUTF8(s[:textLimit], "")
	}
	return s
}
