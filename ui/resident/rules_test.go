package resident

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// judge checks what holds for every event, whatever came before.
func judge(before State, e Event) (State, []Effect, error) {
	after, did := Step(before, e)
	var faults []string
	fault := func(is bool, what string) {
		if is {
			faults = append(faults, what)
		}
	}
	_, chosen := e.(Chose)
	_, tapped := e.(Tapped)
	_, clicked := e.(Clicked)
	byPerson := chosen || tapped || clicked
	opened := only[Open](did)
	fault(len(opened) > 1, "more than one window opens")
	fault(!byPerson && len(opened) > 0 && after.away, "a window opens on a locked desktop")
	fault(!byPerson && len(opened) > 0 && before.windows > 1, "a window opens beside another")
	fault(!byPerson && len(opened) > 0 && !after.live, "a window opens by itself without the service")
	fault(len(only[Lock](did)) > 0 && e != (Chose{model.DoLock}), "the desktop is locked unasked")
	fault(after.windows < 0, "windows are counted below none")
	fault(len(only[Draw](did)) > 1, "the icon is drawn twice")
	faults = append(faults, judgeNotices(after, did)...)
	if faults != nil {
		return after, did, fmt.Errorf("%+v: %s: %+v", e, strings.Join(faults, ", "), did)
	}
	return after, did, nil
}

func judgeNotices(after State, did []Effect) (faults []string) {
	var seen [kinds]bool
	for _, n := range only[Notify](did) {
		k := n.Notice.Kind
		if seen[k] {
			faults = append(faults, "a kind is told of twice")
		}
		seen[k] = true
		if n.Notice.Title == "" || n.Notice.Body == "" || n.Notice.Icon == "" || n.Notice.More == "" {
			faults = append(faults, "a notification says nothing")
		}
		for _, secret := range []string{"Anna", "SE2321000131", "Skövde", "9469", "room"} {
			if strings.Contains(n.Notice.Title+n.Notice.Body, secret) {
				faults = append(faults, "a notification names "+secret)
			}
		}
		if after.away && !after.reader {
			faults = append(faults, "a locked desktop is told something")
		}
	}
	return faults
}

// events are all that can happen: every phase with every problem, and everything else.
func events() []Event {
	out := []Event{Lost{}, DesktopLocked{true}, DesktopLocked{false}, WindowEnded{}, Tapped{}, Clicked{Expires}, Clicked{Service},
		Chose{model.DoLock}, Chose{model.DoEnterPIN}, Chose{model.DoDiagnostics}}
	for _, phase := range append(phases(), "dreaming") {
		for _, s := range states(phase) {
			out = append(out, Told{s})
		}
		for _, code := range append(apitype.Codes(), "moon.full") {
			out = append(out, Told{anna(phase, code)}, Told{bare(phase, code)})
		}
	}
	return out
}

// pasts are states that differ in what the rules look at.
func pasts() []State {
	out := []State{New(text.SV), play(Lost{}, Lost{}).State, play(DesktopLocked{true}).State, play(Chose{model.DoAbout}).State}
	for _, phase := range phases() {
		out = append(out, play(Told{anna(phase)}).State, play(Told{empty(phase)}, WindowEnded{}, Lost{}).State)
	}
	for _, s := range states(apitype.NeedPIN) {
		out = append(out, play(Told{s}).State)
	}
	return out
}

func TestTheRulesHoldAfterEveryPastForEveryPhaseWithEveryProblem(t *testing.T) {
	t.Parallel()
	all := events()
	for i, past := range pasts() {
		for _, e := range all {
			if _, _, err := judge(past, e); err != nil {
				t.Fatalf("past %d: %v", i, err)
			}
		}
	}
}

func TestTheSameEventHasTheSameOutcome(t *testing.T) {
	t.Parallel()
	past := play(Told{anna(apitype.NeedPIN)}).State
	for _, e := range events() {
		one, did := Step(past, e)
		two, more := Step(past, e)
		if !reflect.DeepEqual(one, two) || !reflect.DeepEqual(did, more) {
			t.Errorf("%+v", e)
		}
	}
}

// TestTheSameSnapshotOnceMoreChangesNothing is about a thousand times too: what follows from a state and an event is always the same.
func TestTheSameSnapshotOnceMoreChangesNothing(t *testing.T) {
	t.Parallel()
	for _, phase := range phases() {
		for _, s := range states(phase, apitype.CertExpiresSoon, apitype.NetworkDown) {
			p := play(Told{s})
			first := p.State
			if did := p.then(Told{s}); len(did) > 0 || !reflect.DeepEqual(first, p.State) {
				t.Errorf("%s: the state changed, and %+v", phase, did)
			}
		}
	}
}

func TestTheIconIsDrawnWhenItChanges(t *testing.T) {
	p := play()
	for _, c := range []struct {
		event Event
		icon  model.Icon // empty: it is left as it is
	}{
		{DesktopLocked{false}, ""}, {Lost{}, model.IconOff}, {Lost{}, ""}, {Told{empty(apitype.NoCard)}, model.IconCard},
		{Told{empty(apitype.NoCard)}, ""}, {Told{anna(apitype.Unlocked)}, model.IconOpen}, {Lost{}, model.IconOff},
	} {
		did := only[Draw](p.then(c.event))
		if (c.icon != "") != (len(did) == 1) || c.icon != "" && did[0].Tray.Icon != c.icon {
			t.Errorf("%+v: %+v", c.event, did)
		}
	}
}

// FuzzStep plays any sequence of events, a byte or two each, and holds it against the rules and against how often a kind of
// notification may come.
func FuzzStep(f *testing.F) {
	all := events()
	f.Add([]byte{0, 0, 0, 20, 0, 3, 1, 0, 2, 200})
	f.Fuzz(func(t *testing.T, input []byte) {
		state := New(text.EN)
		var told [kinds]int
		logins := 0
		for ; len(input) > 1; input = input[2:] {
			e := all[(int(input[0])<<8|int(input[1]))%len(all)]
			if s, ok := e.(Told); ok && s.Snapshot.Phase == apitype.Unlocked {
				logins++
			}
			var did []Effect
			var err error
			if state, did, err = judge(state, e); err != nil {
				t.Fatal(err)
			}
			for _, n := range only[Notify](did) {
				told[n.Notice.Kind]++
			}
		}
		if told[Service] > 1+logins || told[Reader] > 2+2*logins {
			t.Fatalf("%v notifications in %d logins", told, logins)
		}
	})
}
