package neighbours

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// goalRecovered is how long the service may take once what it lacked is there again.
const goalRecovered = 5 * time.Second

// scarcity is something that the service runs out of, and how it comes back.
type scarcity struct {
	take, give func(*world)
	unlocks    bool // a PIN may unlock meanwhile: nothing that an unlock needs is gone
}

func scarcities() map[string]scarcity {
	filler := func(w *world) string { return filepath.Join(w.state(), "filler") }
	run := func(w *world, name string, args ...string) {
		w.t.Helper()
		if r := w.Run(stack.Cmd{Path: name, Args: args}); r.Code != 0 {
			w.t.Errorf("%s %v: %s", name, args, r.Stderr)
		}
	}
	limit := func(w *world, files string) {
		run(w, "prlimit", "--pid", strconv.Itoa(w.Service.PID()), "--nofile="+files)
	}
	return map[string]scarcity{
		"a full disk": {
			take: func(w *world) {
				w.Run(stack.Cmd{Path: "dd", Args: []string{"if=/dev/zero", "of=" + filler(w), "bs=512"}})
			},
			give: func(w *world) { run(w, "rm", filler(w)) },
		},
		"a disk that cannot be written": {
			take: func(w *world) { run(w, "mount", "-t", "tmpfs", "-o", "ro,mode=700", "ro", w.state()) },
			give: func(w *world) { run(w, "umount", w.state()) },
		},
		"64 files": {
			take:    func(w *world) { limit(w, "64:"); w.hold = w.press(3, 150) },
			give:    func(w *world) { w.hold(); limit(w, "4096:") },
			unlocks: true,
		},
		"all processors": {
			take: func(w *world) {
				var busy []*stack.Proc
				for range 4 {
					busy = append(busy, w.Start(stack.Cmd{Path: "sh", Args: []string{"-c", "while :; do :; done"}}))
				}
				w.hold = func() {
					for _, p := range busy {
						p.Kill()
					}
				}
			},
			give:    func(w *world) { w.hold() },
			unlocks: true,
		},
	}
}

// state is the service's folder, a small disk of its own.
func (w *world) state() string { return w.Path("agent-1", "state") }

func TestScarcityUnlocksNothingAndLosesNothing(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var recovered soak.Times
	for what, s := range scarcities() {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := &world{Workplace: workplace.OpenWithoutService(t, workplace.Plan{Lab: stack.Options{People: crowded()}}), t: t}
			w.Must(os.MkdirAll(w.Path("agent-1"), 0o755))
			w.Must(os.Mkdir(w.state(), 0o700))
			w.Run(stack.Cmd{Path: "mount", Args: []string{"-t", "tmpfs", "-o", "size=256k,mode=700", "small", w.state()}})
			t.Cleanup(func() { // before the lab's folder is removed
				w.Service.Kill()
				_, err := w.Lab.Lab.Run(context.WithoutCancel(t.Context()), stack.Cmd{Path: "umount", Args: []string{w.state()}})
				w.Must(err)
			})
			w.Serve(stack.AgentOptions{Env: []string{"GOMEMLIMIT=64MiB"}})
			times := w.scarce(what, s)
			mu.Lock()
			defer mu.Unlock()
			recovered = append(recovered, times...)
		})
	}
	t.Cleanup(func() {
		soak.Report(t, soak.Row{ID: "4.8", Name: "disk full, disk read-only, 64 files with a flood, all processors busy; GOMEMLIMIT 64 MiB",
			Asked: "nothing unlocks without its row, recovered ≤ 5 s", Found: fmt.Sprintf("%d kinds, %d times each; unlocking again: %s", len(scarcities()), soak.Size(1, 5), recovered),
			Missed: recovered.Max() > goalRecovered, Command: "make soak ONLY=TestScarcity"})
	})
}

// scarce takes away and gives back, and returns how long the service took to be itself again each time.
func (w *world) scarce(what string, s scarcity) (recovered soak.Times) {
	w.t.Helper()
	card := w.InsertAnna()
	given, granted := 0, 0
	give := func() apitype.PINResult {
		r := w.Give(workplace.PIN, false)
		if given++; r.OK {
			granted++
		}
		return r
	}
	for range soak.Size(1, 5) {
		s.take(w)
		w.wantWithout(what, s, give())
		s.give(w)
		begun := time.Now()
		w.AwaitThat("the PIN to unlock again", func() bool { return give().OK })
		recovered = append(recovered, time.Since(begun))
		w.Must(w.API.Lock(w.t.Context()))
		w.AwaitReopened()
	}
	if stat := w.Stat(card); stat.Verify > given {
		w.t.Errorf("%s: %d PINs were given and %d reached the card", what, given, stat.Verify)
	}
	w.WantWholeLog()
	rows := 0
	for _, row := range w.Rows() {
		if row.Event == audit.UnlockGranted {
			rows++
		}
	}
	if rows != granted {
		w.t.Errorf("%s: %d unlocks were granted and %d rows tell of one", what, granted, rows)
	}
	return recovered
}

// wantWithout checks what a PIN came to while something was lacking.
func (w *world) wantWithout(what string, s scarcity, r apitype.PINResult) {
	w.t.Helper()
	if s.unlocks {
		if !r.OK {
			w.t.Errorf("%s: the PIN came to %+v", what, r.Problem)
		}
		return
	}
	if phase := w.Snapshot().Phase; r.OK || phase == apitype.Unlocked || r.Problem == nil || r.Problem.Code != apitype.AuditUnwritable {
		w.t.Errorf("%s: it is %s, %+v", what, phase, r.Problem)
	}
}
