package main

import "sync"

// newest hands the last value over to one who takes it when there is time. What was put before it is left out.
type newest[T any] struct {
	ready chan struct{} // has one when there is a value
	mu    sync.Mutex
	value T
}

func newNewest[T any]() *newest[T] { return &newest[T]{ready: make(chan struct{}, 1)} }

func (n *newest[T]) put(v T) {
	n.mu.Lock()
	n.value = v
	n.mu.Unlock()
	select {
	case n.ready <- struct{}{}:
	default: // it has not been taken yet
	}
}

// take returns the value, after something came out of ready.
func (n *newest[T]) take() T {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.value
}
