package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// attempt is what labs that are made for tests get instead of one. Nothing else of a test is there.
type attempt struct {
	testing.TB
	ctx    context.Context
	ends   []func()
	failed error
}

// gaveUp is how an attempt is left.
type gaveUp struct{}

// try runs something in the labs for tests and returns why it failed.
func try(ctx context.Context, run func(testing.TB) error) (err error) {
	a := &attempt{ctx: ctx}
	defer func() {
		if r := recover(); r != nil && r != any(gaveUp{}) {
			panic(r)
		}
		a.end()
		err = errors.Join(err, a.failed)
	}()
	return run(a)
}

// end does what has to be done at the end, the last first.
func (a *attempt) end() {
	for _, f := range slices.Backward(a.ends) {
		f()
	}
}

// Helper does nothing.
func (a *attempt) Helper() {}

// Name is that of the folder for pictures.
func (a *attempt) Name() string { return "bench" }

// Context is that of the whole run.
func (a *attempt) Context() context.Context { return a.ctx }

// Cleanup has f done at the end.
func (a *attempt) Cleanup(f func()) { a.ends = append(a.ends, f) }

// Failed says whether the attempt has failed.
func (a *attempt) Failed() bool { return a.failed != nil }

// Errorf fails the attempt.
func (a *attempt) Errorf(format string, args ...any) {
	a.failed = errors.Join(a.failed, fmt.Errorf(format, args...))
}

// Logf tells who watches.
func (a *attempt) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Fatal fails the attempt and leaves it.
func (a *attempt) Fatal(args ...any) { a.Fatalf("%s", fmt.Sprint(args...)) }

// Fatalf is Fatal with a format.
func (a *attempt) Fatalf(format string, args ...any) {
	a.Errorf(format, args...)
	panic(gaveUp{})
}
