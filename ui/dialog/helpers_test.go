package dialog

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// anna is what Anna's own programs see with her card in: the n-th stay of a card.
func anna(phase apitype.Phase, n uint64, codes ...apitype.Code) apitype.Snapshot {
	s := apitype.Snapshot{V: 1, Phase: phase, Agent: apitype.Agent{Version: "1.0.0", PID: 7}, Reader: &apitype.Reader{Name: "R", State: "card"},
		Card: &apitype.Card{Insertion: n, Unlock: "puk-letter",
			PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}, Sign: &apitype.PINState{Tries: 3}}},
		Holder: &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", LoA: 3}}
	for _, c := range codes {
		s.Problems = append(s.Problems, health.Problem(c, ""))
	}
	if phase == apitype.Unlocked {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked"}
	}
	return s
}

func empty() apitype.Snapshot {
	return apitype.Snapshot{V: 1, Phase: apitype.NoCard, Agent: apitype.Agent{PID: 7}}
}

func with(s apitype.Snapshot, change func(*apitype.Snapshot)) apitype.Snapshot {
	change(&s)
	return s
}

func tries(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) { s.Card.PIN.Auth.Tries = n }
}

func countdown(s *apitype.Snapshot) {
	s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked", LocksInS: 10}
}

func wrong(left int) Answered {
	return Answered{Sent: true, Result: apitype.PINResult{Problem: new(health.Problem(apitype.PINWrong, "")), Tries: &left}}
}

// talk is a conversation and all that was to be done in it.
type talk struct {
	t *testing.T
	State
	done []Effect
	last []Effect // of the last event
}

func begin(t *testing.T, p model.Page, events ...Event) *talk {
	t.Helper()
	s, todo := New(text.SV, p)
	k := &talk{t: t, State: s, done: todo, last: todo}
	return k.on(events...)
}

func (k *talk) on(events ...Event) *talk {
	for _, e := range events {
		k.State, k.last = Step(k.State, e)
		k.done = append(k.done, k.last...)
	}
	return k
}

// wakes lets the newest wait that is pending run out.
func (k *talk) wakes() *talk {
	k.t.Helper()
	for i := len(k.done) - 1; i >= 0; i-- {
		if w, ok := k.done[i].(Wake); ok {
			return k.on(Woke{w.N})
		}
	}
	k.t.Fatal("nothing is waited for")
	return k
}

func (k *talk) shows(id model.ID) *talk {
	k.t.Helper()
	if k.Screen().ID != id {
		k.t.Errorf("it shows %s: %q, not %s", k.Screen().ID, k.Screen().Title, id)
	}
	return k
}

func count[T Effect](all []Effect) int {
	n := 0
	for _, e := range all {
		if _, ok := e.(T); ok {
			n++
		}
	}
	return n
}

func (k *talk) sends() []Send {
	var out []Send
	for _, e := range k.done {
		if s, ok := e.(Send); ok {
			out = append(out, s)
		}
	}
	return out
}

// wiped wants the last event to have emptied the fields.
func (k *talk) wiped() *talk {
	k.t.Helper()
	if count[Wipe](k.last) == 0 {
		k.t.Errorf("the fields were not wiped: %+v", k.last)
	}
	return k
}

func (k *talk) ends(want bool) *talk {
	k.t.Helper()
	if got := count[End](k.done) == 1; got != want || k.Ended() != want {
		k.t.Errorf("ended: %v", got)
	}
	return k
}

func do(d model.Do) Said { return Said{Do: d} }

func typing() Said  { return Said{Typing: true} }
func resting() Said { return Said{} }
