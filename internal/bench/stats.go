package main

import (
	"math"
	"slices"
	"time"
)

// sample is what one figure was measured as, round by round, in the figure's unit.
type sample []float64

// percentile is the smallest value that p percent of the sample do not exceed (nearest rank). An empty sample has none:
// the answer is NaN, which meets no goal.
func (s sample) percentile(p float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median is the 50th percentile.
func (s sample) median() float64 { return s.percentile(50) }

// p95 is the 95th percentile.
func p95(s sample) float64 { return s.percentile(95) }

// worst is the largest value.
func (s sample) worst() float64 { return s.percentile(100) }

// millis is a time as the figures in milliseconds have it.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
