package screens

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/testpki"
	"siths-agent/ui/model"
)

func TestAPanelThatRestartsGetsItsIconBackAndTheWindowComesWithoutIt(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.d.KillPanel()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.StartPanel()
	if item := w.d.WaitTray(); !strings.Contains(item.ToolTip+item.Title, "SITHS") || item.IconBytes == 0 {
		t.Errorf("the icon that is back is %+v", item)
	}
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
}

func TestWithoutAMessageBusAndAWindowManagerTheWindowStillComes(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.d.Bus.Kill() // the panel and the window manager end with it
	w.Must(card.Insert())
	w.d.WaitFocus(window(model.View(w.AwaitPhase(apitype.NeedPIN), lang)))
	w.d.Screenshot("pin")
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
	w.WantVerify(card, 1)
	w.AwaitThat("the window's process to end", func() bool { return len(w.windows()) == 0 })
}

func TestALostDisplayEndsTheWindowAndSpendsNothing(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.Type(pin)
	w.d.Display.Kill()
	w.AwaitThat("the window's process to end", func() bool { return len(w.windows()) == 0 })
	w.WantVerify(card, 0)
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN {
		t.Errorf("the phase is %s", s.Phase)
	}
}

func TestTwoWindowsThatAreStartedAtOnceAreOne(t *testing.T) {
	w := open(t, plan{NoTray: true})
	card := w.annasCard()
	w.Must(card.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	first, second := w.window("--page", "pin"), w.window("--page", "pin")
	w.want(model.PIN)
	var other *stack.Proc
	select {
	case <-first.Done():
		other = first
	case <-second.Done():
		other = second
	case <-t.Context().Done():
	}
	if code := other.Code(); code != 0 {
		t.Errorf("the start that found a window ended with %d: %s", code, other.Stderr())
	}
	if n := len(w.d.Windows(ours)); n != 1 {
		t.Errorf("there are %d windows", n)
	}
	w.login()
	w.wantNoWindow()
	w.WantVerify(card, 1)
}

func TestOnASmallScreenAndOnTwoMonitorsAllOfTheWindowIsSeen(t *testing.T) {
	for name, p := range map[string]desktop.Plan{
		"small": {Screen: stack.Screen{Size: "640x480"}},
		"two":   {Screen: stack.Screen{Size: "1600x600"}, TwoMonitors: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, plan{Desktop: p, NoTray: true})
			w.Must(w.annasCard().Insert())
			w.AwaitPhase(apitype.NeedPIN)
			w.window()
			if win := w.want(model.PIN); !w.d.OnScreen(win) {
				t.Errorf("the window is at %+v", w.d.Place(win))
			}
			w.login()
		})
	}
}

// hostileNames are names that steer, break or fill what shows them.
func hostileNames() map[string]string {
	return map[string]string{
		"long":   strings.Repeat("Anna", 75),
		"right":  "Anna \u202eatseT\u202c \u05d0\u05d1",
		"emoji":  "Anna \U0001F600\U0001F468\u200d\U0001F469",
		"line":   "Anna\nTest\r\tAB",
		"shell":  "$(touch anna) `id`; rm -rf _x_",
		"markup": "<b>Anna</b> &amp; <img src=x> %s %d",
	}
}

func TestAHostileNameIsShownAsANameAndNothingElse(t *testing.T) {
	w := open(t, plan{})
	for name, hostile := range hostileNames() {
		card := w.Card(w.Issue(testpki.Person{GivenName: hostile, Surname: hostile, CommonName: hostile}), stack.CardOptions{PIN: pin})
		s := w.AwaitPhase(apitype.NeedPIN)
		w.d.WaitPainted(w.d.WaitActive(window(model.View(s, lang))))
		w.d.Screenshot(name)
		if labels, want := w.trayLabels(), model.View(s, lang).Tray.Menu[1].Label; !strings.Contains(labels, want) {
			t.Errorf("%s: the menu is %q, want %q in it", name, labels, want)
		}
		w.d.Key("Escape")
		w.wantNoWindow()
		card.Kill()
		w.AwaitPhase(apitype.NoCard)
	}
	if _, err := os.Stat(w.Path("home", "anna", "anna")); err == nil {
		t.Error("a name was run")
	}
}

// trayLabels are the lines of the tray's menu, without the doubled underscores of menus.
func (w *world) trayLabels() string {
	w.t.Helper()
	var b strings.Builder
	for _, e := range w.d.TrayMenu() {
		fmt.Fprintln(&b, strings.ReplaceAll(e.Label, "__", "_"))
	}
	return b.String()
}
