package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

func TestAServiceThatIsAbsentRestartedOrStuckIsToldOfAndComesBack(t *testing.T) {
	t.Parallel()
	w := workplace.OpenWithoutService(t, workplace.Plan{NoReader: true})
	s := sit(t, w.Lab, desktop.Plan{Panel: true}, w.Path("agent-1", "run", "agent.sock"))
	s.start()
	s.shows(model.Unreachable())
	gone := model.View(model.Unreachable(), text.SV).Title
	s.WaitNotice(gone, func(n desktop.Notice) bool { return n.Summary == gone })
	w.Serve(workplace.Plan{}.Service)
	s.agrees(w)
	w.Service.Kill()
	s.shows(model.Unreachable())
	w.Must(w.Service.Start())
	s.agrees(w)
	s.noWindow("for a service that comes and goes")
}

func TestABusThatHangsKeepsNeitherTheWindowNorTheEnd(t *testing.T) {
	s, st := staged(t, desktop.Plan{NoManager: true})
	s.start()
	st.show(needPIN(1, "Anna"))
	s.closeIt(s.opened())
	conn := s.Bus.Dial()
	s.await("the tray on the bus", func() bool {
		return s.Bus.Owned("org.kde.StatusNotifierItem-" + strconv.Itoa(s.tray.PID) + "-1")
	}, new(string))
	var bus uint32
	s.must(conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, "org.freedesktop.DBus").Store(&bus))
	s.must(unix.Kill(int(bus), unix.SIGSTOP))
	st.flood(3 * time.Second) // more than a socket takes
	st.show(needPIN(2, "Anna"))
	s.closeIt(s.opened())
	s.must(s.tray.Signal(unix.SIGTERM))
	if code := ended(t, s.tray); code != exitOK {
		t.Errorf("it ends with %d", code)
	}
}

func TestAWindowThatIsNotThereIsSaidInTheLogAndTriedAgain(t *testing.T) {
	s, st := staged(t, desktop.Plan{NoManager: true})
	s.must(os.Remove(s.lab.Path(windowProgram)))
	s.start()
	st.show(needPIN(1, "Anna"))
	s.await("a word in the log", func() bool { return strings.Contains(s.tray.Stderr(), "the window has failed") }, new(string))
	s.copyPrograms()
	st.show(needPIN(2, "Anna"))
	s.closeIt(s.opened())
}

// agrees waits until the icon says what the service does.
func (s *seat) agrees(w *workplace.Workplace) {
	s.t.Helper()
	last := ""
	s.await("the icon to say the same as the service", func() bool {
		last = s.tip()
		return last == model.View(w.Snapshot(), text.SV).Tray.Tooltip
	}, &last)
}

func TestAWatchThatIsCutOffLeavesTheIconAsItIs(t *testing.T) {
	s, st := staged(t, desktop.Plan{Panel: true})
	st.show(needPIN(1, "Anna"))
	s.start()
	s.closeIt(s.opened())
	for range 2 {
		before := st.watches()
		st.cutOff()
		s.await("the watch to be taken up again", func() bool { return st.watches() > before }, new(string))
	}
	s.shows(needPIN(1, "Anna"))
	s.noWindow("for a card whose window was closed")
}

// watches is how often the state has been asked for.
func (st *stage) watches() int {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.asked
}

func TestHostileNamesStayOnOneLineOfTheMenu(t *testing.T) {
	s, st := staged(t, desktop.Plan{Panel: true})
	s.start()
	for n, name := range []string{
		strings.Repeat("Å", 300), "\u202egnp.exe", "Anna\nLås", "<b>Anna</b> &amp; _Co_", "$(reboot) `id` %s%n", "😀😀", "_Stäng av", "\x1b[2J",
	} {
		state := apitype.Snapshot{Phase: apitype.Unlocked, Agent: apitype.Agent{PID: 1}, Card: &apitype.Card{Insertion: uint64(n + 1)},
			Holder: &apitype.Holder{Name: name}, Systems: []apitype.System{{Name: name, Title: name, State: name}}}
		st.show(state)
		want := escaped(model.View(state, text.SV).Tray.Menu[1].Label)
		s.await("the name "+want, func() bool { return slices.Contains(s.labels(), want) }, &want)
		for _, label := range s.labels() {
			if strings.ContainsAny(label, "\n\x1b\u202e<>") || len([]rune(label)) > 200 {
				t.Errorf("%q makes the menu say %q", name, label)
			}
		}
	}
	s.noWindow("for an open desktop")
	s.Screenshot("hostile")
}

func TestNoWindowOpensOverALockedDesktop(t *testing.T) {
	t.Parallel()
	d := workplace.OpenDesk(t, workplace.Plan{NoReader: true})
	socket := d.Path("stage.sock")
	st := play(t, socket)
	s := sit(t, d.Lab, desktop.Plan{Session: d.Session, Panel: true}, socket)
	s.hint(d, true)
	st.show(needPIN(1, "Anna"))
	s.start()
	s.shows(needPIN(1, "Anna"))
	s.noWindow("over a locked desktop")
	s.hint(d, false)
	s.closeIt(s.opened())
	d.Logind.Kill()
	st.show(apitype.Snapshot{Phase: apitype.NoCard})
	st.show(needPIN(2, "Anna"))
	s.closeIt(s.opened()) // nobody says that it is locked
	d.Must(d.Logind.Start())
	s.hint(d, true)
	d.Must(d.Session.Close())
	if code := ended(t, s.tray); code != exitOK {
		t.Errorf("after its session it ends with %d", code)
	}
}

// hint tells the login manager that the desktop is locked, as its locker does.
func (s *seat) hint(d *workplace.Desk, locked bool) {
	s.t.Helper()
	conn, err := d.Bus.Dial(s.t.Context())
	s.must(err)
	defer func() { _ = conn.Close() }()
	path, err := ourSession(s.t.Context(), conn, d.Session.ID)
	s.must(err)
	s.must(conn.Object(loginName, path).Call(loginSession+".SetLockedHint", 0, locked).Err)
}

func TestAFloodOfStatesMakesNothingGrow(t *testing.T) {
	s, st := staged(t, desktop.Plan{Panel: true})
	s.start()
	s.WaitTray()
	st.flood(time.Second)
	before := s.footprint()
	st.flood(2 * time.Second)
	after := s.footprint()
	if after.threads > before.threads+2 || after.files > before.files || after.memory > before.memory+2<<10 {
		t.Errorf("it has grown from %+v to %+v", before, after)
	}
	if after.memory > 12<<10 {
		t.Errorf("it takes %d KiB", after.memory)
	}
}

// flood tells of a new state each millisecond for a while.
func (st *stage) flood(d time.Duration) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.After(d); ; {
		select {
		case <-tick.C:
			st.show(noisy())
		case <-end:
			return
		}
	}
}

// noisy is a state that differs from the one before.
func noisy() apitype.Snapshot {
	n := time.Now().UnixNano()
	s := apitype.Snapshot{Phase: apitype.Unlocked, Agent: apitype.Agent{PID: 1}, Card: &apitype.Card{Insertion: 1},
		Holder:  &apitype.Holder{Name: "Anna " + strconv.FormatInt(n, 10), HSAID: workplace.AnnasID},
		Session: &apitype.Session{User: "anna", State: "unlocked"}}
	for i := range n % 40 {
		s.Systems = append(s.Systems, apitype.System{Name: strconv.FormatInt(i, 10), State: "ready"})
	}
	return s
}

// footprint is what a process takes up; memory is in KiB.
type footprint struct{ memory, threads, files int }

func (s *seat) footprint() footprint {
	s.t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(s.tray.PID))
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	s.must(err)
	files, err := os.ReadDir(filepath.Join(dir, "fd"))
	s.must(err)
	return footprint{memory: field(status, "VmRSS:"), threads: field(status, "Threads:"), files: len(files)}
}

// field is a number of proc_pid_status(5).
func field(status []byte, name string) int {
	_, rest, _ := strings.Cut(string(status), name)
	n, _ := strconv.Atoi(strings.Fields(rest)[0])
	return n
}
