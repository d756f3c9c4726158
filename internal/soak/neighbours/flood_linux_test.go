package neighbours

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// The goals, for people who ask while neighbours flood the socket.
const (
	goalP50      = 5 * time.Millisecond
	goalP99      = 250 * time.Millisecond
	goalMemory   = 64 << 10 // kB
	goalBaseline = 10 * time.Second
)

// callTime is how long root and a user may each take for their calls: a machine that the neighbours fill serves fewer.
const callTime = 75 * time.Second

// crowded are the lab's people with twenty neighbours.
func crowded() []stack.Person {
	people := stack.DefaultPeople()
	for i := range 20 {
		people = append(people, stack.Person{Name: neighbour(i), UID: uint32(61100 + i)})
	}
	return people
}

func neighbour(i int) string { return "neighbour" + strconv.Itoa(i) }

// load is what a process holds.
type load struct{ files, threads, memory, peak int }

func (w *world) load() load {
	w.t.Helper()
	pid := w.Service.PID()
	files, err := os.ReadDir(workplace.ProcFile(pid, "fd"))
	w.Must(err)
	l := load{files: len(files)}
	for line := range strings.Lines(workplace.ReadIfThere(workplace.ProcFile(pid, "status"))) {
		key, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
		switch key {
		case "Threads":
			l.threads = n
		case "VmRSS":
			l.memory = n
		case "VmHWM":
			l.peak = n
		}
	}
	return l
}

// prefer gives the service the priority that its unit asks for.
func (w *world) prefer() {
	w.t.Helper()
	unit, err := os.ReadFile("../../../installer/linux/siths-agentd.service")
	w.Must(err)
	_, after, _ := strings.Cut(string(unit), "\nNice=")
	line, _, _ := strings.Cut(after, "\n")
	nice, err := strconv.Atoi(line)
	w.Must(err)
	tasks, err := os.ReadDir(workplace.ProcFile(w.Service.PID(), "task"))
	w.Must(err)
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		w.Must(err)
		w.Must(unix.Setpriority(unix.PRIO_PROCESS, tid, nice)) // of one thread, in Linux (setpriority(2)); later ones inherit it
	}
}

// busy is how long processors have worked, in seconds: for the service, and for everybody; and how long threads of the
// service have stood in line for one.
type busy struct{ service, waited, all float64 }

func (w *world) busy() (b busy) {
	w.t.Helper()
	number := func(text string, perSecond float64) float64 {
		n, err := strconv.ParseFloat(text, 64)
		w.Must(err)
		return n / perSecond
	}
	tasks, _ := filepath.Glob(workplace.ProcFile(w.Service.PID(), "task/*/schedstat")) // the pattern is well-formed
	for _, task := range tasks {
		// Time on a processor and in line for one, in ns (kernel, Documentation/scheduler/sched-stats.rst).
		if f := strings.Fields(workplace.ReadIfThere(task)); len(f) == 3 {
			b.service, b.waited = b.service+number(f[0], 1e9), b.waited+number(f[1], 1e9)
		}
	}
	line, _, _ := strings.Cut(workplace.ReadIfThere("/proc/stat"), "\n")
	for _, f := range strings.Fields(line)[1:4] { // user, nice and system, in USER_HZ (proc(5))
		b.all += number(f, 100)
	}
	return b
}

func (b busy) since(a busy) busy {
	return busy{b.service - a.service, b.waited - a.waited, b.all - a.all}
}

// String is the result as the sheet has it.
func (b busy) String() string {
	return fmt.Sprintf("the service worked %.1f s and stood in line %.1f s, everybody worked %.1f s", b.service, b.waited, b.all)
}

// restOf is how long each of so many neighbours rests before it comes back. One of them leaves no gap. Twenty processes
// that do not rest use up two processors by themselves, whoever is at the other end.
func restOf(people int) time.Duration { return time.Duration(people-1) * 5 * time.Millisecond }

// press lets neighbours keep connections busy, evenly, and returns how to end it.
func (w *world) press(people, connections int) (stop func()) {
	w.t.Helper()
	var procs []*stack.Proc
	for i := range people {
		procs = append(procs, w.Start(w.role("crowd", neighbour(i), strconv.Itoa(connections/people), restOf(people).String())))
	}
	w.AwaitThat("the neighbours to have come", func() bool { return w.load().files > 40 })
	return func() {
		for _, p := range procs {
			p.Kill()
			<-p.Done()
		}
	}
}

// TestAFloodKeepsNobodyFromBeingServed runs alone: beside a flood nothing else has time.
func TestAFloodKeepsNobodyFromBeingServed(t *testing.T) {
	for row, people := range map[string]int{"4.1": 1, "4.2": 20} {
		t.Run(fmt.Sprintf("by %d users", people), func(t *testing.T) {
			underFlood(t, row, people)
		})
	}
}

func underFlood(t *testing.T, row string, people int) {
	w := open(t, workplace.Plan{Lab: stack.Options{People: crowded()}})
	w.prefer()
	card := w.InsertAnna()
	before := w.load()
	leave := w.press(people, soak.Size(120, 1000))
	busy := w.busy()
	asRoot := play[served](w, w.role("caller", "", strconv.Itoa(soak.Size(40, 9000)), "0s", callTime.String()))
	asAnna := play[served](w, w.role("caller", "anna", strconv.Itoa(soak.Size(40, 1000)), "25ms", callTime.String()))
	busy = w.busy().since(busy)
	for who, s := range map[string]served{"root": asRoot, "anna": asAnna} {
		if s.Failed > 0 {
			t.Errorf("%s: %s: %s", who, s, s.First)
		}
	}
	typed := w.role("typist", "anna", "anna")
	typed.Stdin = strings.NewReader(workplace.PIN)
	begun := time.Now()
	if a := play[apitype.UnlockAnswer](w, typed); a.Account != "anna" {
		t.Errorf("the PIN opened %q", a.Account)
	}
	unlock := time.Since(begun)
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("it is %s", s.Phase)
	}
	during := w.load()
	leave()
	begun = time.Now()
	w.AwaitThat("the descriptors to be given back", func() bool { return w.load().files <= before.files+2 })
	back, after := time.Since(begun), w.load()
	w.WantVerify(card, 1)
	w.WantWholeLog()
	if back > goalBaseline || during.peak > goalMemory {
		t.Errorf("the baseline was back after %s, the peak was %d kB", back, during.peak)
	}
	if after.threads > before.threads+32 {
		t.Errorf("%d threads became %d", before.threads, after.threads)
	}
	soak.Report(t, soak.Row{ID: row, Name: fmt.Sprintf("flooded socket: 1,000 connections of %d other user(s), 17 kinds of abuse", people),
		Asked: "status p50 ≤ 5 ms, p99 ≤ 250 ms, 0 failed of 10,000 or of those in 150 s; RSS ≤ 64 MiB; baseline ≤ 10 s; PIN unlocks",
		Found: fmt.Sprintf("root: %s; user: %s; processors: %s; unlock by PIN %.0f ms; peak RSS %d MiB; baseline after %.1f s; files %d, %d, %d; threads %d, %d, %d; RSS %d, %d, %d MiB (before, during, after)",
			asRoot, asAnna, busy, ms(unlock), during.peak>>10, back.Seconds(), before.files, during.files, after.files,
			before.threads, during.threads, after.threads, before.memory>>10, during.memory>>10, after.memory>>10),
		Missed:  max(asRoot.P50, asAnna.P50) > goalP50 || max(asRoot.P99, asAnna.P99) > goalP99,
		Command: "make soak ONLY=TestAFlood"})
}
