package cycles

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"siths-agent/internal/stack/workplace"
)

// footprint is what a process takes up.
type footprint struct {
	rss         int // KiB
	threads     int
	descriptors int
	children    int
}

// allowed is by how much the service may grow. A few threads more are the runtime's, for calls into C that happen to
// overlap; a thread that is lost in each cycle would be hundreds.
func allowed() footprint { return footprint{rss: 5 << 10, threads: 4} }

func (f footprint) exceeds(g footprint) bool {
	return f.rss > g.rss || f.threads > g.threads || f.descriptors > g.descriptors || f.children > g.children
}

func (f footprint) most(g footprint) footprint {
	return footprint{rss: max(f.rss, g.rss), threads: max(f.threads, g.threads), descriptors: max(f.descriptors, g.descriptors),
		children: max(f.children, g.children)}
}

func (f footprint) String() string {
	return fmt.Sprintf("at most %d KiB, %d threads, %d descriptors, %d children, no goroutine", f.rss, f.threads, f.descriptors, f.children)
}

// quietLooks is how often in a row nothing may have changed before the service counts as quiet.
const quietLooks = 25

// footprint reads what the service takes up once it is quiet: the connections of the last questions are closed.
func (d *desk) footprint() footprint {
	d.t.Helper()
	last, same := footprint{}, 0
	d.AwaitThat("the service to be quiet", func() bool {
		now := d.look()
		if same++; now != last {
			last, same = now, 0
		}
		return same == quietLooks
	})
	return last
}

func (d *desk) look() footprint {
	d.t.Helper()
	pid := d.Service.PID()
	status := workplace.ReadIfThere(workplace.ProcFile(pid, "status"))
	files, err := os.ReadDir(workplace.ProcFile(pid, "fd"))
	d.Must(err)
	return footprint{rss: number(status, "VmRSS:"), threads: number(status, "Threads:"), descriptors: len(files), children: len(d.Children())}
}

func (d *desk) growth() footprint {
	return footprint{rss: d.end.rss - d.warm.rss, threads: d.end.threads - d.warm.threads,
		descriptors: d.end.descriptors - d.warm.descriptors, children: d.end.children - d.warm.children}
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

// underWay is how many goroutines more there may be, of a question that was just answered.
const underWay = 2

// wantNoGoroutineMore ends the service in a way that lets it tell what ran in it, and compares with a service that has
// seen one card.
func (d *desk) wantNoGoroutineMore() {
	d.t.Helper()
	d.footprint()
	many := d.goroutines()
	d.Must(d.Service.Start())
	d.cycle(false)
	d.footprint()
	few := d.goroutines()
	d.t.Logf("%d goroutines after many cycles, %d after one", many, few)
	if few == 0 || many > few+underWay {
		d.t.Error("goroutines are left over, or none were found")
	}
}

// goroutines kills the service with SIGQUIT and counts those of ours in the trace that the runtime writes. Those that
// wait for a time to be over are left out: they end by themselves, some seconds after the login that they are for.
func (d *desk) goroutines() int {
	d.t.Helper()
	d.Must(syscall.Kill(d.Service.PID(), syscall.SIGQUIT))
	<-d.Service.Done()
	n := 0
	for _, trace := range strings.Split(d.Service.Log(), "\n\n") {
		ours := strings.Contains(trace, "siths-agent/") || strings.Contains(trace, "net/http.")
		if strings.HasPrefix(trace, "goroutine ") && ours && !strings.Contains(trace, "agent.(*Agent).after.") {
			n++
		}
	}
	return n
}
