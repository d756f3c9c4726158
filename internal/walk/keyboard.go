package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"siths-agent/internal/secret"
)

// maxTyped is the longest line in bytes that is taken.
const maxTyped = 64

// Control bytes of a terminal in raw mode (ECMA-48, 8.3).
const (
	keyETX = 0x03 // Ctrl-C
	keyEOT = 0x04 // Ctrl-D
	keyBS  = 0x08
	keyLF  = 0x0a
	keyCR  = 0x0d
	keyDEL = 0x7f
)

// keyboard is the terminal that a person types on.
type keyboard struct {
	in  *os.File
	out io.Writer
}

// typed is what a person has typed so far. It never moves, so that wiping it leaves no copy behind.
type typed struct {
	buf [maxTyped]byte
	n   int
}

// key takes one key and tells whether the line is done. Keys beyond the longest line are lost, and the line with them
// is none that a card takes.
func (t *typed) key(b byte) (done bool, err error) {
	switch b {
	case keyCR, keyLF:
		return true, nil
	case keyETX, keyEOT:
		secret.Wipe(t.buf[:])
		return true, errInterrupted
	case keyBS, keyDEL:
		if t.n > 0 {
			t.n--
			t.buf[t.n] = 0
		}
	default:
		if b >= ' ' && t.n < maxTyped {
			t.buf[t.n] = b
			t.n++
		}
	}
	return false, nil
}

// line reads keys up to the end of the line. A terminal that has gone is an interruption.
func line(r io.Reader) ([]byte, error) {
	var t typed
	var key [1]byte
	defer secret.Wipe(key[:])
	for {
		if _, err := io.ReadFull(r, key[:]); err != nil {
			key[0] = keyETX
		}
		if done, err := t.key(key[0]); done {
			return t.buf[:t.n], err
		}
	}
}

// ask shows a question and reads a line that is not shown. The caller wipes it. It returns errInterrupted when the
// person, or ctx, ends it.
func (k *keyboard) ask(ctx context.Context, question string) ([]byte, error) {
	fmt.Fprintf(k.out, "    %s", question)
	fd := int(k.in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, fmt.Errorf("turning the terminal's echo off: %w", err)
	}
	defer func() {
		_ = term.Restore(fd, before) // there is no better terminal to fall back to
		fmt.Fprintln(k.out)
	}()
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		l, err := line(k.in)
		got <- answer{l, err}
	}()
	select {
	case a := <-got:
		return a.line, a.err
	case <-ctx.Done(): // the read cannot be stopped; it ends with the process
		return nil, errInterrupted
	}
}
