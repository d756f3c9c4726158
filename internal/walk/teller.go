package main

import (
	"errors"
	"fmt"
	"io"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// teller says what happens.
type teller struct {
	out  io.Writer
	lang text.Lang
}

// walk is a sentence in the person's language.
func (t teller) walk(w text.WalkWord, args ...any) string { return text.Walk(t.lang, w, args...) }

// step says what happens now.
func (t teller) step(s string) { fmt.Fprintf(t.out, "\n==> %s\n", s) }

// result says what came of it.
func (t teller) result(s string) { fmt.Fprintf(t.out, "    %s\n", s) }

// problem is what a problem means and what to do about it, with its code.
func (t teller) problem(code apitype.Code) string {
	p := text.Problem(t.lang, code)
	return fmt.Sprintf("%s. %s (%s)", p.Headline, p.Action, code)
}

// errInterrupted says that the person wanted it to end.
var errInterrupted = errors.New("interrupted")

// notAsPromised says which promise was not kept, as a sentence that is put together when it is told.
type notAsPromised struct {
	word text.WalkWord
	args []any
}

// Error is the sentence in English.
func (e *notAsPromised) Error() string { return text.Walk(text.EN, e.word, e.args...) }

// wrongPhase says that the state did not become what it should.
type wrongPhase struct{ want, got apitype.Phase }

// Error is the sentence in English.
func (e *wrongPhase) Error() string {
	return text.Walk(text.EN, text.WalkExpected, text.Phase(text.EN, e.want), text.Phase(text.EN, e.got))
}

// noWorld says why there is no private world.
type noWorld struct{ error }

// Unwrap returns why.
func (e *noWorld) Unwrap() error { return e.error }

// explain says in a sentence what went wrong, and what to do where that is known.
func (t teller) explain(err error) string {
	var (
		missing *stack.MissingError
		world   *noWorld
		problem *apitype.Problem
		broken  *notAsPromised
		phase   *wrongPhase
	)
	switch {
	case errors.Is(err, errInterrupted):
		return t.walk(text.WalkInterrupted)
	case errors.As(err, &missing):
		return t.walk(text.WalkMissing, missing.Program, missing.Remedy)
	case errors.As(err, &world):
		return t.walk(text.WalkNoWorld, world.error)
	case errors.As(err, &broken) && broken.word == text.WalkBlocked, errors.As(err, &broken) && broken.word == text.WalkNoTrust:
		return t.walk(broken.word)
	case errors.As(err, &broken):
		return t.walk(text.WalkBroken, t.walk(broken.word, broken.args...))
	case errors.As(err, &phase):
		return t.walk(text.WalkBroken, t.walk(text.WalkExpected, text.Phase(t.lang, phase.want), text.Phase(t.lang, phase.got)))
	case errors.As(err, &problem):
		return t.walk(text.WalkBroken, t.problem(problem.Code))
	}
	return t.walk(text.WalkBroken, err)
}
