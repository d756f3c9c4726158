package resident

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

func phases() []apitype.Phase {
	return []apitype.Phase{apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN,
		apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused}
}

// anna is what Anna's own programs see with her card in.
func anna(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := empty(phase, codes...)
	s.Reader = &apitype.Reader{Name: "Reader of room 14", State: "card"}
	s.Card = &apitype.Card{Insertion: 17, Number: "…9469", PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}}}
	s.Holder = &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", Org: "Skövde kommun", Account: "anna",
		Carrier: "card", NotAfter: time.Date(2028, 11, 21, 12, 0, 0, 0, time.UTC),
		Revocation: &apitype.Revocation{Result: "good", AgeS: 3 * 60 * 60}}
	if phase == apitype.Unlocked {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked"}
	}
	return s
}

// bare is what a program sees that may not see whose card is in.
func bare(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := anna(phase, codes...)
	s.Holder, s.Session, s.Card.PIN = nil, nil, nil
	return s
}

func empty(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := apitype.Snapshot{V: apitype.Version, Phase: phase, Agent: apitype.Agent{Version: "1.0.0", PID: 900}}
	for _, c := range codes {
		s.Problems = append(s.Problems, health.Problem(c, "7f3a"))
	}
	return s
}

func with(s apitype.Snapshot, change func(*apitype.Snapshot)) apitype.Snapshot {
	change(&s)
	return s
}

func inserted(n uint64) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) { s.Card.Insertion = n }
}

func locksIn(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked", LocksInS: n}
	}
}

func days(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) { s.Holder.DaysLeft = &n }
}

// states are the ways in which a snapshot of one phase and some problems can look.
func states(phase apitype.Phase, codes ...apitype.Code) []apitype.Snapshot {
	return []apitype.Snapshot{
		anna(phase, codes...),
		bare(phase, codes...),
		empty(phase, codes...),
		with(empty(phase, codes...), locksIn(9)),
		with(anna(phase, codes...), func(s *apitype.Snapshot) { s.Card.PIN.Auth.Tries = 0 }),
		with(anna(phase, codes...), locksIn(9)),
		with(anna(phase, codes...), func(s *apitype.Snapshot) { s.Holder.Carrier = "reserve" }),
	}
}

// player takes a state through events, and keeps what came of them.
type player struct {
	State
	did []Effect
}

func play(events ...Event) *player {
	p := &player{State: New(text.SV)}
	p.then(events...)
	return p
}

// then takes further events, and returns only what came of those.
func (p *player) then(events ...Event) []Effect {
	p.did = nil
	for _, e := range events {
		var did []Effect
		p.State, did = Step(p.State, e)
		p.did = append(p.did, did...)
	}
	return p.did
}

// only returns the effects of one type.
func only[E Effect](did []Effect) []E {
	var out []E
	for _, d := range did {
		if e, ok := d.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// opens checks that so many windows were opened.
func opens(t *testing.T, why string, did []Effect, n int) {
	t.Helper()
	if got := only[Open](did); len(got) != n {
		t.Errorf("%s: %d windows open, not %d: %+v", why, len(got), n, got)
	}
}

// notices checks which kinds of notifications were shown.
func notices(t *testing.T, why string, did []Effect, want ...Kind) {
	t.Helper()
	got := only[Notify](did)
	for i, n := range got {
		if i >= len(want) || n.Notice.Kind != want[i] {
			t.Errorf("%s: notification %d is %+v", why, i, n.Notice)
		}
	}
	if len(got) < len(want) {
		t.Errorf("%s: %d notifications, not %d", why, len(got), len(want))
	}
}
