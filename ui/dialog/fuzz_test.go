package dialog

import (
	"reflect"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// kinds are all pages, phases all phases, dos all that a person can choose, and codes some problems that turn a screen.
func kinds() []model.ID {
	return []model.ID{"", model.PIN, model.Change, model.Unblock, model.CardKnown, model.Systems, model.Diagnostics, model.About, model.PINPad}
}

func phases() []apitype.Phase {
	return []apitype.Phase{apitype.NeedPIN, apitype.NoCard, apitype.Reading, apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused, apitype.NoReader}
}

func dos() []model.Do {
	return []model.Do{model.DoSubmit, model.DoSubmit, model.DoCancel, model.DoClose, model.DoTryAnyway, model.DoEnterPIN, model.DoChange, model.DoUnblock,
		model.DoLock, model.DoCard, model.DoDiagnostics, model.DoPreview, model.DoCopy, model.DoSave, model.DoAbout, model.DoLicences}
}

func codes() []apitype.Code {
	return []apitype.Code{apitype.PINWrong, apitype.PINLastTry, apitype.PINBlocked, apitype.PUKWrong, apitype.AgentUnreachable, apitype.CertRevoked, apitype.PINLength}
}

// of picks one.
func of[T any](all []T, n byte) T { return all[int(n)%len(all)] }

// event is what two bytes stand for.
func event(what, n byte, s State) Event {
	switch what % 12 {
	case 0, 1, 2:
		return Told{snapshot(n)}
	case 3:
		return Lost{}
	case 4, 5:
		return Said{Typing: n%4 != 0}
	case 6, 7:
		return do(of(dos(), n))
	case 8:
		if n%4 == 0 {
			return Answered{Differ: n&16 != 0, Easy: n&32 != 0}
		}
		return Answered{Sent: true, Result: apitype.PINResult{OK: n%4 == 1, Problem: new(health.Problem(of(codes(), n/4), "")), Tries: new(int(n/32) % 4)}}
	case 9:
		return of([]Event{Diagnosed{[]model.Row{{Label: "a", Value: "b"}}}, Packed{[]model.Row{{Label: "a"}}}, Packed{}, Saved{"x"}, Saved{}, Copied{}}, n)
	case 10:
		return Asked{model.Page{Kind: of(kinds(), n), Sign: n > 127, Seconds: int(n % 3)}}
	}
	return of([]Event{Woke{s.quiet}, Woke{s.closing}, Woke{s.second}, Woke{int(n)}}, n)
}

// snapshot is a state that a byte stands for: a phase, one of two stays, few tries, and whose it is.
func snapshot(n byte) apitype.Snapshot {
	s := anna(of(phases(), n), 17+uint64(n>>3&1))
	if s.Phase == apitype.NoCard || s.Phase == apitype.NoReader {
		s.Card, s.Holder = nil, nil
	} else if n>>4&3 == 0 {
		s.Card.PIN.Auth.Tries = 1
	}
	if n>>6 == 1 {
		s.Session = &apitype.Session{State: "unlocked", LocksInS: int(n>>4&1) * 9}
	}
	if n>>6 == 2 {
		s.Holder = nil
	}
	return s
}

// witness checks what holds whatever happens.
type witness struct {
	t       *testing.T
	stay    insertion // of the last state that was told
	typing  bool      // since the fields were wiped last
	agreed  bool      // to the last try, for this stay
	pending bool      // a code is with the service
}

func (w *witness) sees(before State, e Event, after State, todo []Effect) {
	said, spoke := e.(Said)
	if before.Ended() {
		if len(todo) > 0 {
			w.t.Fatalf("after the end %T brings about %+v", e, todo)
		}
		return
	}
	w.told(before, e, todo)
	w.sent(said, todo)
	w.ended(e, after, todo)
	if !w.typing || spoke && !said.Typing || count[Wipe](todo) > 0 {
		w.typing = false
	} else if cutsOff(true, before.Screen(), after.Screen()) {
		w.t.Fatalf("%T takes the fields away: %s becomes %s", e, before.Screen().ID, after.Screen().ID)
	}
	if said.Do == "" && said.Typing && len(after.Screen().Fields) > 0 {
		w.typing = true
	}
	for _, effect := range todo {
		if s, ok := effect.(Show); ok && !reflect.DeepEqual(s.Screen, after.Screen()) {
			w.t.Fatalf("%T shows what is not its screen", e)
		}
	}
}

// told keeps the stay, and wants the fields empty when it has changed.
func (w *witness) told(before State, e Event, todo []Effect) {
	var now insertion
	switch e := e.(type) {
	case Told:
		now = insertionOf(e.Snapshot)
	case Lost:
	default:
		return
	}
	if now != w.stay && w.typing && count[Wipe](todo) == 0 {
		w.t.Fatalf("digits for %v stay for %v", w.stay, now)
	}
	if now != w.stay {
		w.agreed = false
	}
	w.stay = now
}

func (w *witness) sent(said Said, todo []Effect) {
	if said.Do == model.DoTryAnyway {
		w.agreed = true
	}
	n := count[Send](todo)
	for i, effect := range todo {
		s, ok := effect.(Send)
		if !ok {
			continue
		}
		_, wiped := todo[i+1].(Wipe)
		if n != 1 || said.Do != model.DoSubmit || w.pending || !wiped || s.Insertion != w.stay.number || w.stay == (insertion{}) || s.LastTry && !w.agreed {
			w.t.Fatalf("%+v sends %+v: pending %v, stay %v, agreed %v", said, todo, w.pending, w.stay, w.agreed)
		}
		w.pending = true
	}
}

func (w *witness) ended(e Event, after State, todo []Effect) {
	_, answered := e.(Answered)
	if gaveUp := count[Abandon](todo) > 0; answered || gaveUp {
		if a, _ := e.(Answered); gaveUp || a.Sent {
			w.agreed = false
		}
		w.pending = false
	}
	if after.Ended() != (count[End](todo) == 1) {
		w.t.Fatalf("%T ends it and does not say so", e)
	}
	if !after.Ended() {
		return
	}
	_, woke := e.(Woke)
	said, _ := e.(Said)
	if !woke && said.Do != model.DoCancel && said.Do != model.DoClose {
		w.t.Fatalf("%+v ends it", e)
	}
	if count[Wipe](todo) == 0 || after.sending != nil {
		w.t.Fatalf("it ends and leaves something: %+v", todo)
	}
}

// FuzzStep lets anything happen in any order: a code is sent once, by the person, to the card that it was typed for; whoever
// types is not cut off; and nothing stays when it ends.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0, 0, 4, 1, 6, 0, 0, 3, 8, 1, 0, 4, 11, 1})
	f.Add([]byte{0, 0, 4, 1, 0, 1, 4, 1, 11, 0, 11, 0, 11, 1})
	f.Add([]byte{0, 16, 6, 4, 4, 1, 6, 0, 8, 2, 6, 2})
	f.Add([]byte{10, 2, 0, 4, 4, 1, 6, 0, 8, 0, 4, 1, 6, 0, 8, 1, 6, 3})
	f.Add([]byte{10, 6, 9, 0, 6, 11, 9, 1, 6, 13, 9, 3, 6, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		s, _ := New(text.SV, model.Page{})
		w := &witness{t: t}
		for i := 0; i+1 < len(script) && i < 400; i += 2 {
			e := event(script[i], script[i+1], s)
			next, todo := Step(s, e)
			w.sees(s, e, next, todo)
			s = next
		}
	})
}

// TestManyConversationsKeepThePromises is the fuzz target over many scripts that are the same each time.
func TestManyConversationsKeepThePromises(t *testing.T) {
	x := uint32(1)
	for range 500 {
		s, _ := New(text.SV, model.Page{})
		w := &witness{t: t}
		for range 40 {
			x = x*1664525 + 1013904223 // Numerical Recipes, 7.1: an even generator
			e := event(byte(x>>24), byte(x>>16), s)
			next, todo := Step(s, e)
			w.sees(s, e, next, todo)
			s = next
		}
	}
}
