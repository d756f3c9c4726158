package soak

import (
	"testing"
	"time"
)

func TestTimesAreSummedUpByNearestRank(t *testing.T) {
	var times Times
	for i := range 200 {
		times = append(times, time.Duration(200-i)*time.Millisecond)
	}
	if got, want := times.String(), "n = 200, p50 100.0 ms, p99 198.0 ms, max 200.0 ms"; got != want {
		t.Errorf("they are %q, not %q", got, want)
	}
	if got := Times(nil).Max(); got != 0 {
		t.Errorf("the longest of none took %s", got)
	}
}
