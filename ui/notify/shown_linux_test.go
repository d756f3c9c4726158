package notify_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/ui/model"
	"siths-agent/ui/notify"
	"siths-agent/ui/resident"
)

// readAloud prints what a screen reader finds in the windows of the program that shows notifications, a text a line.
const readAloud = `
import pyatspi
def walk(o):
    for c in o:
        if c is not None:
            print(c.name)
            walk(c)
for app in pyatspi.Registry.getDesktop(0):
    if app is not None and app.name == "xfce4-notifyd":
        walk(app)
`

// TestHostileTextsAreShownAsWritten shows them with a server that people have, and asks what is on the screen.
func TestHostileTextsAreShownAsWritten(t *testing.T) {
	t.Parallel()
	d := desktop.Open(t, stacktest.New(t, stack.Options{}), desktop.Plan{Accessible: true})
	n := notify.New(slog.New(slog.DiscardHandler), func(resident.Kind) {})
	ended := make(chan error, 1)
	go func() { ended <- n.Run(t.Context(), func() (*dbus.Conn, error) { return d.Bus.Dial(), nil }) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	const title, body = `$(reboot) <b>a</b> &amp; "b"`, `<a href="http://x">x</a> <i>k</i> & $(id) 'c'`
	n.Show(resident.Notice{Kind: resident.Expires, Title: title, Body: body, Icon: model.IconWarning, More: body})
	d.WaitBubble()
	d.Await("the texts", func() bool {
		said := read(d)
		return strings.Contains(said, title) && strings.Contains(said, body)
	})
	d.Screenshot("hostile")
	n.Withdraw(resident.Expires)
	d.Await("the notification to be gone", func() bool {
		return !strings.Contains(read(d), body)
	})
}

func read(d *desktop.Desktop) string { return d.Run("/usr/bin/python3", "-c", readAloud).Stdout }
