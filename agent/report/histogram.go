package report

import "time"

const (
	// slot is how exactly a time is kept, and slots how many there are: ten minutes.
	slot  = 10 * time.Millisecond
	slots = 60_000
)

// histogram keeps how many times fell into each slot, however many there are.
type histogram struct {
	counts [slots + 1]uint64
	n      uint64
}

func (h *histogram) add(d time.Duration) {
	h.counts[min((d+slot-1)/slot, slots)]++
	h.n++
}

// quantile returns, in seconds, what the given share of all does not exceed (nearest rank).
func (h *histogram) quantile(percent uint64) float64 {
	rank := max((h.n*percent+99)/100, 1)
	for i, count := range h.counts {
		if rank <= count {
			return float64(i) / 100
		}
		rank -= count
	}
	return 0
}

func (h *histogram) seconds() Seconds {
	s := Seconds{Insertions: cellOf(h.n)}
	if h.n >= least {
		s.P50, s.P95 = h.quantile(50), h.quantile(95)
	}
	return s
}
