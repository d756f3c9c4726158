package workplace

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"siths-agent/internal/stack"
)

// Footprint is what a process takes up.
type Footprint struct {
	RSS         int // KiB
	Threads     int
	Descriptors int
	Children    int
}

// Footprint reads what the service takes up now.
func (w *Workplace) Footprint() Footprint {
	w.tb.Helper()
	pid := w.Service.PID()
	status := ReadIfThere(ProcFile(pid, "status"))
	files, err := os.ReadDir(ProcFile(pid, "fd"))
	w.Must(err)
	return Footprint{RSS: number(status, "VmRSS:"), Threads: number(status, "Threads:"), Descriptors: len(files), Children: len(w.Children())}
}

// AllowedGrowth is by how much the service may grow. A few threads more are the runtime's, for calls into C that happen
// to overlap; a thread that is lost in each round would be hundreds.
func AllowedGrowth() Footprint { return Footprint{RSS: 5 << 10, Threads: 4} }

// Since is by how much it has grown from an earlier one.
func (f Footprint) Since(g Footprint) Footprint {
	return Footprint{RSS: f.RSS - g.RSS, Threads: f.Threads - g.Threads, Descriptors: f.Descriptors - g.Descriptors, Children: f.Children - g.Children}
}

// GrownSince is by how much the service has grown since it took up what warm says, once everything that the last
// question needed has been given back. More than AllowedGrowth fails the test.
func (w *Workplace) GrownSince(warm Footprint) Footprint {
	w.tb.Helper()
	var growth Footprint
	ctx, cancel := context.WithTimeout(w.tb.Context(), Patience)
	defer cancel()
	err := stack.Await(ctx, "the service to be as small as it was", func() bool {
		growth = w.Footprint().Since(warm)
		return !growth.Exceeds(AllowedGrowth())
	})
	if err != nil {
		w.tb.Errorf("the service has grown by %s", growth)
	}
	return growth
}

// Exceeds says whether it is more than the other in any part.
func (f Footprint) Exceeds(g Footprint) bool {
	return f.RSS > g.RSS || f.Threads > g.Threads || f.Descriptors > g.Descriptors || f.Children > g.Children
}

// Most is the greater of two in each part.
func (f Footprint) Most(g Footprint) Footprint {
	return Footprint{RSS: max(f.RSS, g.RSS), Threads: max(f.Threads, g.Threads), Descriptors: max(f.Descriptors, g.Descriptors),
		Children: max(f.Children, g.Children)}
}

// String gives a growth as the sheet has it.
func (f Footprint) String() string {
	return fmt.Sprintf("at most %d KiB, %d threads, %d descriptors, %d children", f.RSS, f.Threads, f.Descriptors, f.Children)
}

// number finds a field of proc_pid_status(5).
func number(status, field string) int {
	_, rest, _ := strings.Cut(status, field)
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(words[0]) // no number counts as nothing, and no service takes up nothing
	return n
}

// Goroutines kills the service with SIGQUIT and counts those of ours in the trace that the runtime writes. Those that
// wait for a time to be over are left out: they end by themselves, some seconds after the login that they are for. So are
// those of connections, the last of which may just be ending; one that stays is a descriptor too many.
func (w *Workplace) Goroutines() int {
	w.tb.Helper()
	w.Must(syscall.Kill(w.Service.PID(), syscall.SIGQUIT))
	<-w.Service.Done()
	n := 0
	for _, trace := range strings.Split(w.Service.Log(), "\n\n") {
		ours := strings.Contains(trace, "siths-agent/") || strings.Contains(trace, "net/http.")
		passing := strings.Contains(trace, "(*Agent).inUnless.func") || strings.Contains(trace, "net/http.(*conn")
		if strings.HasPrefix(trace, "goroutine ") && ours && !passing {
			n++
		}
	}
	return n
}
