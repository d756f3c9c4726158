package soak

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Times are how long one thing took, each time it was done. The zero value is empty.
type Times []time.Duration

// Percentile is the smallest time that p percent of the times do not exceed (nearest rank); 0 when there is none.
func (t Times) Percentile(p float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Max is the longest time.
func (t Times) Max() time.Duration { return t.Percentile(100) }

// String gives the figures as the sheet has them.
func (t Times) String() string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("n = %d, p50 %.1f ms, p99 %.1f ms, max %.1f ms", len(t), ms(t.Percentile(50)), ms(t.Percentile(99)), ms(t.Max()))
}
