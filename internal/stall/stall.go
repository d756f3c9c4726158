// Package stall tells a slow program from a machine that had no time for it.
package stall

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// slowest is how many times slower than a quiet machine a busy one is taken for, so that what hangs is too slow everywhere.
const slowest = 5

// Clock measures a time that is promised, for tests. It takes off what programs have waited for a processor or a disk
// meanwhile: on a quiet machine that is nothing, and on a busy one most of the time and never all of it.
type Clock struct {
	begun  time.Time
	waited time.Duration
}

// Begin starts to measure.
func Begin() Clock { return Clock{begun: time.Now(), waited: waited()} }

// Took is the time since Begin without the waits, and at least a fifth of it.
func (c Clock) Took() time.Duration { return without(time.Since(c.begun), c.Waited()) }

func without(all, waits time.Duration) time.Duration { return max(all/slowest, all-waits) }

// Waited is the longest that anything can have waited since Begin because other programs ran, 0 where the kernel does not
// tell.
func (c Clock) Waited() time.Duration { return waited() - c.waited }

// waited is since the machine's start. The kernel's figure is the mean of all processors, and what is measured may have been
// on the one that all waited for (Linux, Documentation/accounting/psi.rst and kernel/sched/psi.c, collect_percpu_times).
func waited() time.Duration {
	var all time.Duration
	for _, what := range []string{"cpu", "io"} {
		text, _ := os.ReadFile("/proc/pressure/" + what) // a kernel need not have it
		all += total(string(text))
	}
	return all * time.Duration(runtime.NumCPU())
}

// total reads "some avg10=0.00 avg60=0.00 avg300=0.00 total=12": in how many microseconds something waited.
func total(text string) time.Duration {
	line, _, _ := strings.Cut(text, "\n")
	_, value, _ := strings.Cut(line, " total=")
	n, _ := strconv.ParseInt(value, 10, 64)
	return time.Duration(n) * time.Microsecond
}
