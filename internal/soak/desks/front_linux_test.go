package desks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
)

// desk is a workplace with a desktop.
type desk struct {
	*workplace.Workplace
	*desktop.Desktop
	tray *stack.Proc
}

// withTray starts the icon in the panel, for the service at a socket.
func withTray(w *workplace.Workplace, d *desktop.Desktop, socket string) *desk {
	tray := d.Start("siths-tray", "--socket", socket)
	d.WaitTray()
	return &desk{Workplace: w, Desktop: d, tray: tray}
}

// windows are the processes of the windows that the tray has started.
func (d *desk) windows() []int { return workplace.ChildrenOf(d.tray.PID) }

// uppermost is the number of the window that is in front of all others (Extended Window Manager Hints 1.5,
// _NET_CLIENT_LIST_STACKING).
func (d *desk) uppermost() string {
	r := d.Desktop.Run("xprop", "-root", "-notype", "_NET_CLIENT_LIST_STACKING")
	return strings.TrimSpace(r.Stdout[max(strings.LastIndexAny(r.Stdout, ",#"), 0)+1:])
}

// TestTheWindowForThePINIsInFrontWithTheKeyboardEachTime puts the card in again and again while somebody works in another window.
func TestTheWindowForThePINIsInFrontWithTheKeyboardEachTime(t *testing.T) {
	t.Parallel()
	w := workplace.Open(t, workplace.Plan{})
	d := withTray(w, desktop.Open(t, w.Lab, desktop.Plan{Panel: true}), w.API.Socket)
	d.Start("xmessage", "-title", "Journal", "-geometry", "700x500+100+50", "något annat")
	journal := d.WaitActive("^Journal$")
	card := w.InsertAnna()
	rounds := soak.Size(3, 100)
	var slowest time.Duration
	for round := range rounds {
		if round > 0 {
			d.Focus(journal)
			w.Must(card.Insert())
		}
		begun := time.Now()
		w.AwaitThat("the keyboard at the window", func() bool { return slices.Contains(d.windows(), d.ActiveWindow().PID) })
		slowest = max(slowest, time.Since(begun))
		active := d.ActiveWindow()
		if top := d.uppermost(); top != active.ID {
			t.Errorf("round %d: %s is in front of the window %+v", round, top, active)
		}
		w.Must(card.Remove())
		w.AwaitPhase(apitype.NoCard)
		d.Key("Escape")
		w.AwaitThat("the window to be gone", func() bool { return len(d.windows()) == 0 })
	}
	soak.Report(t, soak.Row{ID: "10.1", Name: "a card put in while somebody works in another window: the window for the PIN is uppermost and has the keyboard",
		Asked: "100 of 100", Found: fmt.Sprintf("%d of %d, after %d ms at most", rounds, rounds, slowest.Milliseconds()), Missed: rounds < 100, Command: "make soak"})
}
