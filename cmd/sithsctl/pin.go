package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

// maxPIN is the longest PIN in bytes that is taken; no card product takes a longer one.
const maxPIN = 64

// Control bytes of a terminal in raw mode (ECMA-48, 8.3).
const (
	keyETX = 0x03 // Ctrl-C
	keyEOT = 0x04 // Ctrl-D
	keyBS  = 0x08
	keyLF  = 0x0a
	keyCR  = 0x0d
	keyNAK = 0x15 // Ctrl-U
	keyDEL = 0x7f
)

// line collects the bytes of one PIN in a locked page, where they never move.
type line struct {
	typed    *secret.Buffer
	overflow bool
}

func newLine() (*line, error) {
	typed, err := secret.New(maxPIN)
	return &line{typed: typed}, err
}

func (l *line) add(b byte) {
	if l.typed.Append(b) != nil {
		l.overflow = true
	}
}

func (l *line) clear() {
	l.typed.Wipe()
	l.overflow = false
}

// drop gives up what was typed.
func (l *line) drop(err error) (*secret.Buffer, error) {
	return nil, errors.Join(err, l.typed.Close())
}

// take returns the page itself, or pin.length when there is nothing or too much in it.
func (l *line) take() (*secret.Buffer, error) {
	if l.overflow || l.typed.Len() == 0 {
		return l.drop(&apitype.Problem{Code: apitype.PINLength})
	}
	return l.typed, nil
}

// readLine reads up to the end of the line or of r: at most maxPIN bytes, at least one.
func readLine(r io.Reader) (*secret.Buffer, error) {
	l, err := newLine()
	if err != nil {
		return nil, err
	}
	var key [1]byte
	defer secret.Wipe(key[:])
	for !l.overflow {
		_, err := io.ReadFull(r, key[:])
		if errors.Is(err, io.EOF) || err == nil && key[0] == keyLF {
			break
		}
		if err != nil {
			return l.drop(err)
		}
		l.add(key[0])
	}
	if bytes.HasSuffix(l.typed.Bytes(), []byte{keyCR}) {
		l.typed.Drop()
	}
	return l.take()
}

// readKeys reads what a person types in raw mode, up to Enter. Keys past maxPIN are read and forgotten, so that they
// do not end up in the shell. Ctrl-C, Ctrl-D and a terminal that is gone cancel.
func readKeys(r io.Reader) (*secret.Buffer, error) {
	l, err := newLine()
	if err != nil {
		return nil, err
	}
	var key [1]byte
	defer secret.Wipe(key[:])
	for {
		if _, err := io.ReadFull(r, key[:]); err != nil {
			key[0] = keyEOT
		}
		switch key[0] {
		case keyCR, keyLF:
			return l.take()
		case keyETX, keyEOT:
			return l.drop(&apitype.Problem{Code: apitype.PINCancelled})
		case keyBS, keyDEL:
			l.typed.Drop()
		case keyNAK:
			l.clear()
		default:
			l.key(key[0])
		}
	}
}

// key adds what is no control byte.
func (l *line) key(b byte) {
	if b >= ' ' {
		l.add(b)
	}
}

// answer is what one read gave.
type answer struct {
	pin *secret.Buffer
	err error
}

// interruptible runs read until it returns or ctx ends, which is pin.cancelled. A read of a terminal cannot be stopped;
// it is left behind, what it gets is wiped, and it ends with the process.
func interruptible(ctx context.Context, read func() (*secret.Buffer, error)) (*secret.Buffer, error) {
	got := make(chan answer)
	go func() {
		pin, err := read()
		handOver(ctx, got, answer{pin, err})
	}()
	select {
	case a := <-got:
		return a.pin, a.err
	case <-ctx.Done():
		return nil, &apitype.Problem{Code: apitype.PINCancelled}
	}
}

// handOver gives a to whoever waits for it, or wipes it when nobody does any more.
func handOver(ctx context.Context, to chan<- answer, a answer) {
	select {
	case to <- a:
	case <-ctx.Done():
		_ = a.pin.Close()
	}
}
