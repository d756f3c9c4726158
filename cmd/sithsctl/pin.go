package main

import (
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

// line collects the bytes of one PIN in memory that never moves, so that no copy stays behind when it grows.
type line struct {
	buf      [maxPIN]byte
	n        int
	overflow bool
}

func (l *line) add(b byte) {
	if l.n == maxPIN {
		l.overflow = true
		return
	}
	l.buf[l.n] = b
	l.n++
}

func (l *line) back() {
	if l.n > 0 {
		l.n--
		l.buf[l.n] = 0
	}
}

func (l *line) clear() {
	secret.Wipe(l.buf[:])
	l.n, l.overflow = 0, false
}

// take returns the bytes of the line themselves, or pin.length when there are none or too many.
func (l *line) take() ([]byte, error) {
	if l.overflow || l.n == 0 {
		l.clear()
		return nil, &apitype.Problem{Code: apitype.PINLength}
	}
	return l.buf[:l.n], nil
}

// readLine reads up to the end of the line or of r: at most maxPIN bytes, at least one.
func readLine(r io.Reader) ([]byte, error) {
	var l line
	var key [1]byte
	defer secret.Wipe(key[:])
	for !l.overflow {
		_, err := io.ReadFull(r, key[:])
		if errors.Is(err, io.EOF) || err == nil && key[0] == keyLF {
			break
		}
		if err != nil {
			l.clear()
			return nil, err
		}
		l.add(key[0])
	}
	if l.n > 0 && l.buf[l.n-1] == keyCR {
		l.back()
	}
	return l.take()
}

// readKeys reads what a person types in raw mode, up to Enter. Keys past maxPIN are read and forgotten, so that they
// do not end up in the shell. Ctrl-C, Ctrl-D and a terminal that is gone cancel.
func readKeys(r io.Reader) ([]byte, error) {
	var l line
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
			l.clear()
			return nil, &apitype.Problem{Code: apitype.PINCancelled}
		case keyBS, keyDEL:
			l.back()
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
	pin []byte
	err error
}

// interruptible runs read until it returns or ctx ends, which is pin.cancelled. A read of a terminal cannot be stopped;
// it is left behind, what it gets is wiped, and it ends with the process.
func interruptible(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
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
		secret.Wipe(a.pin)
	}
}
