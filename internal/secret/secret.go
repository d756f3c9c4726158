// Package secret keeps short secrets (codes, PINs) in memory that is not swapped, not dumped, and wiped.
package secret

import (
	"errors"
	"fmt"
	"io"
)

// MaxLen is the longest secret that a Buffer takes, in bytes.
const MaxLen = 256

// ErrTooLong says that a secret does not fit its Buffer.
var ErrTooLong = errors.New("secret does not fit the buffer")

// Buffer is a secret of at most a fixed number of bytes. It is not safe for concurrent use.
// Printing, formatting or marshalling a Buffer never shows its content.
type Buffer struct {
	page []byte // the whole locked mapping
	n    int    // bytes in use
	size int
}

// New returns an empty Buffer that takes up to size bytes (at most MaxLen). It fails when the system
// cannot lock one page.
func New(size int) (*Buffer, error) {
	if size < 0 || size > MaxLen {
		return nil, ErrTooLong
	}
	page, err := lockedPage()
	if err != nil {
		return nil, fmt.Errorf("locking a page for a secret: %w", err)
	}
	return &Buffer{page: page, size: size}, nil
}

// Bytes returns the secret itself, not a copy. It is valid until Wipe or Close.
func (b *Buffer) Bytes() []byte { return b.page[:b.n:b.n] }

// Len returns the number of bytes in use.
func (b *Buffer) Len() int { return b.n }

// ReadN reads exactly n bytes from r straight into the buffer, with no copy in between, and replaces what was there.
func (b *Buffer) ReadN(r io.Reader, n int) error {
	if n < 0 || n > b.size {
		return ErrTooLong
	}
	b.Wipe()
	got, err := io.ReadFull(r, b.page[:n])
	if err != nil {
		b.wipe(got)
		return err
	}
	b.n = n
	return nil
}

// Set copies p into the buffer and wipes p, whatever the outcome.
func (b *Buffer) Set(p []byte) error {
	defer Wipe(p)
	if len(p) > b.size {
		return ErrTooLong
	}
	b.Wipe()
	b.n = copy(b.page, p)
	return nil
}

// Append adds one byte. The bytes that are there do not move.
func (b *Buffer) Append(c byte) error {
	if b.n >= b.size {
		return ErrTooLong
	}
	b.page[b.n] = c
	b.n++
	return nil
}

// Drop wipes the last byte, if there is one.
func (b *Buffer) Drop() {
	if b.n > 0 {
		b.n--
		b.page[b.n] = 0
	}
}

// Wipe overwrites the secret with zeros. The buffer can be used again.
func (b *Buffer) Wipe() { b.wipe(len(b.page)) }

func (b *Buffer) wipe(n int) {
	Wipe(b.page[:n])
	b.n = 0
}

// Close wipes the secret and gives the memory back. A closed buffer holds nothing; closing twice is harmless.
func (b *Buffer) Close() error {
	if b == nil || b.page == nil {
		return nil
	}
	b.Wipe()
	page := b.page
	b.page, b.size = nil, 0
	return unlockPage(page)
}
