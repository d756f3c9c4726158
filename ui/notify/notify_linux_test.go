package notify

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/godbus/dbus/v5"

	"siths-agent/ui/model"
	"siths-agent/ui/resident"
)

func notice(k resident.Kind, title, body string) resident.Notice {
	return resident.Notice{Kind: k, Title: title, Body: body, Icon: model.IconReader, More: "more"}
}

func TestANoticeReplacesTheOneOfItsKindAndIsTakenBack(t *testing.T) {
	t.Parallel()
	b, f := newBus(t), &fake{can: []string{"actions", "body"}}
	f.serveOn(b)
	n, _ := running(t, b.dial)
	n.Show(notice(resident.Reader, "gone", "1 < 2"))
	if c := f.wait(t, 1); c.replaces != 0 || c.summary != "gone" || c.body != "1 < 2" || c.urgency != normal || !c.withImage || !slices.Equal(c.actions, []string{"default", "more"}) {
		t.Errorf("%+v", c)
	}
	n.Show(notice(resident.Reader, "back", ""))
	if c := f.wait(t, 2); c.replaces != 1 || c.summary != "back" {
		t.Errorf("%+v", c)
	}
	urgent := notice(resident.Service, "service", "")
	urgent.Urgent = true
	n.Show(urgent)
	if c := f.wait(t, 3); c.replaces != 0 || c.urgency != critical {
		t.Errorf("%+v", c)
	}
	n.Withdraw(resident.Reader)
	if c := f.wait(t, 4); c.closed != 2 {
		t.Errorf("%+v", c)
	}
	n.Withdraw(resident.Reader)
	n.Show(notice(resident.Reader, "again", ""))
	if c := f.wait(t, 5); c.replaces != 0 || c.summary != "again" {
		t.Errorf("%+v", c)
	}
}

func TestTheNoticeThatIsClickedIsTold(t *testing.T) {
	t.Parallel()
	b, f := newBus(t), &fake{}
	f.serveOn(b)
	n, clicks := running(t, b.dial)
	n.Show(notice(resident.Expires, "a", ""))
	f.wait(t, 1)
	n.Show(notice(resident.Offline, "b", ""))
	f.wait(t, 2)
	emit := func(signal string, values ...any) {
		if err := f.conn.Emit(busPath, busName+"."+signal, values...); err != nil {
			t.Fatal(err)
		}
	}
	emit("ActionInvoked", uint32(77), "default")
	emit("ActionInvoked")
	emit("NotificationClosed", uint32(1), uint32(2))
	emit("ActionInvoked", uint32(1), "default")
	emit("ActionInvoked", uint32(2), "default")
	if k := <-clicks; k != resident.Offline {
		t.Errorf("clicked was %d", k)
	}
}

func TestMarkupIsEscapedWhereTheServerTakesIt(t *testing.T) {
	t.Parallel()
	const hostile = `$(reboot) <b>&amp;</b> "x"`
	for name, want := range map[string]string{"body": hostile, "body-markup": `$(reboot) &lt;b&gt;&amp;amp;&lt;/b&gt; "x"`} {
		b, f := newBus(t), &fake{can: []string{name}}
		f.serveOn(b)
		n, _ := running(t, b.dial)
		n.Show(notice(resident.Reserve, hostile, hostile))
		if c := f.wait(t, 1); c.summary != hostile || c.body != want || len(c.actions) != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestAServerThatComesLateShowsWhatStillHolds(t *testing.T) {
	t.Parallel()
	b, f := newBus(t), &fake{}
	n, _ := running(t, b.dial)
	before, _ := n.kept()
	n.Show(notice(resident.Service, "over", ""))
	n.Show(notice(resident.Reader, "holds", ""))
	await(t, "both to be kept after they were tried", func() bool {
		now, wishes := n.kept()
		return now != before && wishes == 2
	})
	n.Withdraw(resident.Service)
	f.serveOn(b)
	if c := f.wait(t, 1); c.summary != "holds" {
		t.Errorf("%+v", c)
	}
	next := &fake{}
	if _, err := f.conn.ReleaseName(busName); err != nil {
		t.Fatal(err)
	}
	next.serveOn(b)
	n.Show(notice(resident.Reader, "anew", ""))
	if c := next.wait(t, 1); c.summary != "anew" {
		t.Errorf("%+v", c)
	}
}

// kept is which map of wishes there is now, and how many are in it.
func (n *Notifier) kept() (uintptr, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return reflect.ValueOf(n.wanted).Pointer(), len(n.wanted)
}

func TestABusThatIsAwayIsTriedNowAndThenWhileSomethingIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		n := New(slog.New(slog.DiscardHandler), nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*respite-time.Second)
		defer cancel()
		n.Show(notice(resident.Service, "x", ""))
		if err := n.Run(ctx, func() (*dbus.Conn, error) { tries++; return nil, errors.New("away") }); err != nil || tries != 10 {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

// TestNobodyWaitsForAServerThatHangs would wait for ever if Show did.
func TestNobodyWaitsForAServerThatHangs(t *testing.T) {
	t.Parallel()
	b, f := newBus(t), &fake{stuck: make(chan struct{})}
	f.serveOn(b)
	t.Cleanup(func() { close(f.stuck) })
	n, _ := running(t, b.dial)
	for range 1000 {
		for _, k := range resident.Kinds() {
			n.Show(notice(k, "x", ""))
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.wanted) > len(resident.Kinds()) {
		t.Errorf("%d wishes are kept", len(n.wanted))
	}
}

func TestABusThatEndsAndComesBackIsUsedAgain(t *testing.T) {
	t.Parallel()
	b, f := newBus(t), &fake{}
	f.serveOn(b)
	n, _ := running(t, b.dial)
	n.Show(notice(resident.Reader, "before", ""))
	f.wait(t, 1)
	b.kill()
	b.start()
	next := &fake{}
	next.serveOn(b)
	await(t, "the new bus", func() bool {
		n.Show(notice(resident.Reader, "after", ""))
		next.mu.Lock()
		defer next.mu.Unlock()
		return len(next.calls) > 0
	})
	if c := next.wait(t, 1); c.replaces != 0 || c.summary != "after" {
		t.Errorf("%+v", c)
	}
}
