package stack

import (
	"bytes"
	"sync"
)

// tailSize is how much of a process' output is kept: enough for the end of a debug log.
const tailSize = 64 << 10

// tail is a writer that keeps the last tailSize bytes. The zero value is ready.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - tailSize; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

// String is what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// signalWriter closes seen when the text it waits for has been written, and keeps everything until then.
type signalWriter struct {
	want []byte
	got  []byte
	seen chan struct{}
	done bool
}

// newSignalWriter waits for want in what is written.
func newSignalWriter(want string) *signalWriter {
	return &signalWriter{want: []byte(want), seen: make(chan struct{})}
}

// Write is called by one goroutine, the copier of os/exec.
func (w *signalWriter) Write(p []byte) (int, error) {
	if w.done {
		return len(p), nil
	}
	w.got = append(w.got, p...)
	if bytes.Contains(w.got, w.want) {
		w.done = true
		close(w.seen)
	}
	return len(p), nil
}

// before is what came ahead of the awaited text; call it only after seen is closed.
func (w *signalWriter) before() string {
	head, _, _ := bytes.Cut(w.got, w.want)
	return string(head)
}
