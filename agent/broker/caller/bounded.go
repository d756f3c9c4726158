package caller

import "sync"

// bounded keeps the last few values. Which one makes room for a new one is left to chance: whoever floods it costs
// others time and nothing else.
type bounded[K comparable, V any] struct {
	most int
	mu   sync.Mutex
	all  map[K]V
}

func newBounded[K comparable, V any](most int) *bounded[K, V] {
	return &bounded[K, V]{most: most, all: map[K]V{}}
}

func (b *bounded[K, V]) get(key K) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.all[key]
	return v, ok
}

func (b *bounded[K, V]) put(key K, v V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for old := range b.all {
		if len(b.all) < b.most {
			break
		}
		delete(b.all, old)
	}
	b.all[key] = v
}

func (b *bounded[K, V]) drop(key K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, key)
}
