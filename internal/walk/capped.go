package main

import "sync"

// maxSaid is how much of what a program says is kept, in bytes.
const maxSaid = 8 << 10

// capped is a writer that keeps the first maxSaid bytes. The zero value is ready.
type capped struct {
	mu   sync.Mutex
	kept []byte
}

// Write never fails.
func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, p[:min(len(p), maxSaid-len(c.kept))]...)
	return len(p), nil
}

// String is what is kept.
func (c *capped) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.kept)
}
