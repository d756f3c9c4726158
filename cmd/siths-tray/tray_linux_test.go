package main

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// staged is a desktop with a tray, before a service that plays what the test writes.
func staged(t *testing.T, p desktop.Plan) (*seat, *stage) {
	t.Helper()
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	socket := lab.Path("stage.sock")
	st := play(t, socket)
	return sit(t, lab, p, socket), st
}

func TestTheIconAndTheMenuFollowTheCard(t *testing.T) {
	t.Parallel()
	d := workplace.OpenDesk(t, workplace.Plan{})
	s := sit(t, d.Lab, desktop.Plan{Session: d.Session, Panel: true}, d.Service.Socket())
	s.start()
	s.shows(d.AwaitPhase(apitype.NoCard))
	s.noWindow("without a card")
	card := d.InsertAnna()
	s.shows(d.Snapshot())
	w := s.opened()
	if !slices.Equal(w.Args, []string{"--socket", d.Service.Socket()}) || !w.Leader {
		t.Errorf("the window is started as %+v", w)
	}
	s.Screenshot("need-pin")
	s.closeIt(w)
	d.Unlock()
	in := d.AwaitPhase(apitype.Unlocked)
	s.shows(in)
	if want := text.Screen(text.SV, text.ScreenTrayHolder, in.Holder.Name); !slices.Contains(s.labels(), want) {
		t.Errorf("the menu is %q, without %q", s.labels(), want)
	}
	s.Screenshot("unlocked")
	s.TrayChoose(text.Screen(text.SV, text.ScreenButtonLock))
	d.AwaitLock()
	d.Must(card.Remove())
	s.shows(d.AwaitPhase(apitype.NoCard))
}

// shows waits until the icon says what goes with a state.
func (s *seat) shows(state apitype.Snapshot) {
	s.t.Helper()
	s.says(model.View(state, text.SV).Tray.Tooltip)
}

// labels are what the menu says.
func (s *seat) labels() []string {
	s.t.Helper()
	var out []string
	for _, e := range s.TrayMenu() {
		out = append(out, e.Label)
	}
	return out
}

func TestThePanelMayComeLateAndGoAndTheBusToo(t *testing.T) {
	s, st := staged(t, desktop.Plan{})
	s.start()
	st.show(needPIN(1, "Anna"))
	s.closeIt(s.opened()) // without a panel the window comes all the same
	s.StartPanel()
	s.shows(needPIN(0, "Anna"))
	s.KillPanel()
	st.show(apitype.Snapshot{Phase: apitype.NoCard})
	s.StartPanel()
	s.shows(apitype.Snapshot{Phase: apitype.NoCard})
	s.Screenshot("panel-restarted")
	s.Bus.Kill()
	st.show(needPIN(2, "Anna"))
	s.closeIt(s.opened()) // nor does it need a bus
	s.Bus.Start()
	s.StartPanel()
	s.shows(needPIN(0, "Anna"))
	s.TrayActivate()
	if w := s.opened(); len(w.Args) != 2 {
		t.Errorf("a click on the icon starts the window with %q", w.Args)
	}
	s.TrayChoose(text.Screen(text.SV, text.ScreenDiagnostics))
	if w := s.opened(); !slices.Equal(w.Args[:2], []string{"--page", "diagnostics"}) {
		t.Errorf("the menu starts the window with %q", w.Args)
	}
}

func TestThereIsOneTrayAndItEndsWithItsDisplay(t *testing.T) {
	s, _ := staged(t, desktop.Plan{Panel: true})
	s.start()
	s.WaitTray()
	second := s.another()
	if code := ended(t, second); code != exitOK || !strings.Contains(second.Stderr(), errAnother.Error()) {
		t.Errorf("a second tray ends with %d and says %q", code, second.Stderr())
	}
	s.must(s.tray.Signal(syscall.SIGKILL))
	ended(t, s.tray)
	s.start()
	s.WaitTray()
	s.must(s.tray.Signal(syscall.SIGTERM))
	if code := ended(t, s.tray); code != exitOK {
		t.Errorf("asked to end, it ends with %d", code)
	}
	s.start()
	s.WaitTray()
	s.Display.Kill()
	if code := ended(t, s.tray); code != exitOK {
		t.Errorf("without its display it ends with %d", code)
	}
}
