package main

import (
	"bytes"
	"sync"
	"time"
)

// prompt is a writer that notes when a program has asked: when what it wrote ends in a colon and a space.
type prompt struct {
	asked chan struct{} // closed then

	mu   sync.Mutex
	text []byte
	at   time.Time
}

func newPrompt() *prompt { return &prompt{asked: make(chan struct{})} }

// Write takes the program's output and never fails.
func (p *prompt) Write(b []byte) (int, error) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = append(p.text, b...)
	if p.at.IsZero() && bytes.HasSuffix(p.text, []byte(": ")) {
		p.at = now
		close(p.asked)
	}
	return len(b), nil
}

// when is the moment of the prompt; call it after asked is closed.
func (p *prompt) when() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// String is all that the program has written.
func (p *prompt) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text)
}
