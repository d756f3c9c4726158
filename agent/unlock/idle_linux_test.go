package unlock

import (
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

func TestASessionTellsWhenNobodyUsesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.Session(w.logind, "anna"), w.Session(w.logind, "anna")
	idleFor := func() time.Duration {
		t.Helper()
		d, err := w.desktop.IdleFor(t.Context(), first.Person.UID)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	idle := func(yes bool, kind Kind) {
		t.Helper()
		if err := first.Idle(t.Context(), yes); err != nil {
			t.Fatal(err)
		}
		expect(t, w.desktop, kind, first.ID)
	}
	idle(true, Idle)
	if d := idleFor(); d != 0 {
		t.Errorf("idle for %v although another session of hers is not", d)
	}
	begun := time.Now()
	if err := second.Idle(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	expect(t, w.desktop, Idle, second.ID)
	if d := idleFor(); d == 0 || d > time.Since(begun)+time.Second {
		t.Errorf("idle for %v, since at most %v", d, time.Since(begun))
	}
	idle(false, Active)
	if d := idleFor(); d != 0 {
		t.Errorf("idle for %v although she is back", d)
	}
}

func TestNobodysSessionsAreNotIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if d, err := w.desktop.IdleFor(t.Context(), 61001); !errors.Is(err, ErrNoSession) {
		t.Errorf("idle for %v, %v", d, err)
	}
	away := follow(t, "unix:path="+t.TempDir()+"/none")
	if d, err := away.IdleFor(t.Context(), 61001); !errors.Is(err, ErrNoSession) {
		t.Errorf("without a login manager: idle for %v, %v", d, err)
	}
}

// restful are the properties of a session, idle since the machine was started.
func restful(changed map[string]any) map[string]dbus.Variant {
	all := map[string]any{"Class": "user", "Type": "x11", "State": "active", "Remote": false, "IdleHint": true, "IdleSinceHintMonotonic": uint64(1)}
	for name, value := range changed {
		all[name] = value
	}
	variants := map[string]dbus.Variant{}
	for name, value := range all {
		variants[name] = dbus.MakeVariant(value)
	}
	return variants
}

func TestOnlySessionsOfPeopleCount(t *testing.T) {
	for name, changed := range map[string]map[string]any{
		"a login screen": {"Class": "greeter"}, "a service manager": {"Class": "manager"}, "a service": {"Type": "unspecified"},
		"a desktop whose user has logged out": {"State": "closing", "IdleHint": false},
	} {
		if h, err := idleReply([]any{restful(changed)}); h.place != nowhere || err != nil {
			t.Errorf("%s counts: %+v, %v", name, h, err)
		}
	}
	if h, err := idleReply([]any{restful(map[string]any{"Remote": true})}); h.place != elsewhere || err != nil {
		t.Errorf("a session over the network: %+v, %v", h, err)
	}
	if h, err := idleReply([]any{restful(nil)}); h.place != atMachine || err != nil || h.until(time.Hour) != time.Hour-time.Microsecond {
		t.Errorf("a desktop: %+v, %v", h, err)
	}
	if h := (idleHint{idle: true, since: time.Hour}); h.until(time.Minute) != 0 {
		t.Error("idle since a time that is still to come")
	}
}

func TestWorkFromAnotherMachineDoesNotKeepADesktopOpen(t *testing.T) {
	for _, c := range []struct{ here, remote, want []time.Duration }{
		{here: []time.Duration{time.Hour, time.Minute}, remote: []time.Duration{0}, want: []time.Duration{time.Minute}},
		{remote: []time.Duration{time.Hour, time.Second}, want: []time.Duration{time.Second}},
		{},
	} {
		d, err := shortest(c.here, c.remote)
		if len(c.want) == 0 && !errors.Is(err, ErrNoSession) || len(c.want) > 0 && (err != nil || d != c.want[0]) {
			t.Errorf("%v here, %v from elsewhere: idle for %v, %v", c.here, c.remote, d, err)
		}
	}
}

func TestAnIdleHintOfAWrongTypeIsAnError(t *testing.T) {
	for name, changed := range map[string]map[string]any{
		"a word for the hint": {"IdleHint": "yes"}, "a negative time": {"IdleSinceHintMonotonic": int64(-1)},
		"a time that no clock has": {"IdleSinceHintMonotonic": uint64(1) << 63}, "a number for the class": {"Class": uint32(1)},
		"a word for the network": {"Remote": "no"}, "a number for the state": {"State": uint32(1)},
	} {
		if h, err := idleReply([]any{restful(changed)}); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	if _, err := idleReply(nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("no properties: %v", err)
	}
}
