package desks

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/stack/workplace"
)

// perSecond is how many states a flood has in a second.
const perSecond = 1000

// flood is a service that says a thousand times a second that something has changed.
type flood struct {
	told atomic.Int64
}

// serve answers at a socket until the test ends.
func (f *flood) serve(t *testing.T, socket string) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err == nil {
		err = os.Chmod(socket, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/snapshot", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(state(1)) })
	mux.HandleFunc("GET /v1/watch", f.watch)
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
}

// watch tells states until the client goes.
func (f *flood) watch(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	out := json.NewEncoder(w)
	for rev := uint64(1); out.Encode(state(rev)) == nil; rev++ {
		w.(http.Flusher).Flush()
		f.told.Add(1)
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// state is the state of that revision: of somebody who is logged in, and whose name, systems and card change all the time.
func state(rev uint64) apitype.Snapshot {
	name := fmt.Sprintf("Anna Test %d %s", rev, strings.Repeat("å", int(rev%300)))
	systems := make([]apitype.System, rev%5)
	for i := range systems {
		systems[i] = apitype.System{Name: fmt.Sprint(rev, i), Title: name, Kind: "tls", State: []string{"ready", "off"}[(rev+uint64(i))%2]}
	}
	return apitype.Snapshot{V: apitype.Version, Rev: rev, Phase: apitype.Unlocked, Agent: apitype.Agent{Version: "0.1.0"}, Systems: systems,
		Card:    &apitype.Card{Insertion: 1, Kind: "IDPrime", Number: "…9469", PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}}},
		Holder:  &apitype.Holder{Name: name, HSAID: workplace.AnnasID, LoA: 3, Carrier: "card", Account: "anna", NotAfter: time.Unix(2e9, 0)},
		Session: &apitype.Session{ID: "c1", User: "anna", State: "unlocked"}}
}

// size is what must not grow.
type size struct{ kilobytes, files, threads int }

func sizeOf(t *testing.T, pid int) size {
	t.Helper()
	var s size
	for line := range strings.Lines(workplace.ReadIfThere(workplace.ProcFile(pid, "status"))) {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "VmRSS":
			_, _ = fmt.Sscan(value, &s.kilobytes)
		case "Threads":
			_, _ = fmt.Sscan(value, &s.threads)
		}
	}
	files, err := os.ReadDir(workplace.ProcFile(pid, "fd"))
	if err != nil || s.kilobytes == 0 {
		t.Fatalf("process %d is gone: %v", pid, err)
	}
	s.files = len(files)
	return s
}

// How long tray and window are flooded before they are weighed, in seconds: what draws texts forgets each after a minute.
const (
	warmUp     = 2
	longWarmUp = 75
)

// The growth that is the runtime's own breathing: garbage that is not collected yet, and a thread that it starts for itself.
const (
	someKilobytes = 12 << 10
	someThreads   = 2
)

func TestAThousandStatesASecondGrowNeitherTrayNorWindow(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	d := desktop.Open(t, lab, desktop.Plan{Panel: true})
	f := &flood{}
	socket := lab.Path("flood.sock")
	f.serve(t, socket)
	programs := map[string]*stack.Proc{"siths-tray": d.Start("siths-tray", "--socket", socket)}
	d.WaitTray()
	programs["siths-window"] = d.Start("siths-window", "--socket", socket, "--page", "card")
	d.WaitActive(".")
	f.until(t, int64(2*perSecond*soak.Size(warmUp, longWarmUp)))
	before := map[string]size{}
	for name, p := range programs {
		before[name] = sizeOf(t, p.PID)
	}
	begun := time.Now()
	f.until(t, int64(2*perSecond*soak.Size(4, 60)))
	took := time.Since(begun)
	var found []string
	for name, p := range programs {
		a, b := before[name], sizeOf(t, p.PID)
		if b.kilobytes > a.kilobytes+someKilobytes || b.files > a.files || b.threads > a.threads+someThreads {
			t.Errorf("%s has grown from %+v to %+v", name, a, b)
		}
		found = append(found, fmt.Sprintf("%s %+d KiB, %+d descriptors, %+d threads", name, b.kilobytes-a.kilobytes, b.files-a.files, b.threads-a.threads))
	}
	soak.Report(t, soak.Row{ID: "10.2", Name: "1,000 changes of state a second, told to the icon in the panel and to a window", Asked: "60 s: nothing grows",
		Found: fmt.Sprintf("%.0f s: %s", took.Seconds(), strings.Join(found, "; ")), Missed: took < 50*time.Second, Command: "make soak"})
}

// until waits until so many more states were told.
func (f *flood) until(t *testing.T, more int64) {
	t.Helper()
	want := f.told.Load() + more
	if err := stack.Await(t.Context(), "the flood", func() bool { return f.told.Load() >= want }); err != nil {
		t.Fatal(err)
	}
}
