package main

import (
	"errors"
	"os"

	"golang.org/x/term"
)

// tty is the terminal that the process belongs to, whatever its standard streams are.
type tty struct {
	in, out *os.File
}

func (t *tty) Read(p []byte) (int, error)  { return t.in.Read(p) }
func (t *tty) Write(p []byte) (int, error) { return t.out.Write(p) }

func (t *tty) Close() error { return errors.Join(t.in.Close(), t.out.Close()) }

// Raw turns echo, line editing and the keys that make signals off.
func (t *tty) Raw() (func() error, error) {
	fd := int(t.in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() error { return term.Restore(fd, before) }, nil
}
