package dialog

import (
	"cmp"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/internal/version"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

const (
	pause   = 3 * time.Second  // without a key, after which a person has stopped typing
	forget  = 60 * time.Second // after which digits that nobody sends are wiped
	linger  = 3 * time.Second  // in which the screen is read that says why the window goes
	aSecond = time.Second
)

// insertion is one stay of one card in a reader, of one run of the service: the numbers of another may be the same.
type insertion struct {
	service int
	number  uint64
}

// insertionOf is the stay that a snapshot tells of; the zero one: no card.
func insertionOf(s apitype.Snapshot) insertion {
	if s.Card == nil {
		return insertion{}
	}
	return insertion{s.Agent.PID, s.Card.Insertion}
}

// State is how far one window's conversation has come. New makes one, and Step the next.
type State struct {
	lang  text.Lang
	snap  apitype.Snapshot
	page  model.Page
	rows  []model.Row // of the last look at the machine
	next  *model.Page // asked for while the person was busy
	shown model.Screen

	typing      bool      // something is in a field
	typedFor    insertion // whose fields are shown
	interrupted bool      // that stay has ended under the person's fingers
	overtaken   bool      // what is typed is of no use any more: the state has moved on
	sending     *Send
	sentFor     insertion
	saving      bool
	answer      *apitype.PINResult // that no snapshot tells of yet
	agreed      insertion          // for which the last try may be spent, once
	replied     string             // the question that was answered last; empty: none
	worked      bool               // a code or an answer was asked for in this window
	reason      reason
	ended       bool

	wakes          int // how many there were
	quiet, closing int // the Wake that is waited for; 0: none
	second         int
}

// reason is what a window that opened by itself is there for.
type reason struct {
	card     bool // one was in
	counted  bool // the lock was being counted down
	unlocked bool // the desktop was open
}

// New begins a conversation. page is what the person wants to see, its Kind empty for whatever the state calls for.
func New(l text.Lang, page model.Page) (State, []Effect) {
	s := State{lang: l, page: page, snap: opening()}
	s.shown = s.wanted()
	var todo effects
	if page.Kind == model.Diagnostics {
		todo.add(Diagnose{})
	}
	s.settle(&todo)
	return s, todo
}

// opening stands for the service's state until it is known.
func opening() apitype.Snapshot { return apitype.Snapshot{V: apitype.Version, Phase: apitype.Reading} }

// Screen is what the window shows now.
func (s State) Screen() model.Screen { return s.shown }

// Ended says whether the conversation is over.
func (s State) Ended() bool { return s.ended }

// wanted is the screen that everything together calls for, whatever is being typed.
func (s State) wanted() model.Screen {
	snap := s.look()
	snap.Agent.Version = cmp.Or(snap.Agent.Version, version.Number) // all is of one version, and this part is there
	return model.Open(snap, s.lang, s.shownPage())
}

// look is the service's state with what this window knows more: a code is with the service, or it has been answered.
func (s State) look() apitype.Snapshot {
	snap := s.snap
	if snap.Consent != nil && snap.Consent.ID == s.replied {
		snap.Consent = nil
	}
	waits := snap.Phase == apitype.NeedPIN || snap.Phase == apitype.Locked
	switch {
	case s.sending != nil && (waits || s.sending.Kind != model.PIN || s.sending.Consent != "") && insertionOf(snap) == s.sentFor:
		snap.Phase, snap.Problems = apitype.Verifying, nil
	case s.answer != nil:
		return answered(snap, *s.answer)
	}
	return snap
}

// shownPage is the page as far as it is not in the way of a code that is with the service.
func (s State) shownPage() model.Page {
	if s.sending != nil {
		return model.Page{}
	}
	p := s.page
	p.Agreed = s.agreed != insertion{} && s.agreed == insertionOf(s.snap)
	return p
}

// answered is a snapshot with the answer in it that is newer.
func answered(s apitype.Snapshot, r apitype.PINResult) apitype.Snapshot {
	if r.Problem == nil {
		return s
	}
	if r.Problem.Code == apitype.AgentUnreachable {
		return model.Unreachable()
	}
	if s.Phase == apitype.Verifying {
		s.Phase = apitype.NeedPIN
	}
	s.Problems = []apitype.Problem{health.Problem(r.Problem.Code, r.Problem.Ref)}
	if r.Tries != nil && s.Card != nil {
		card := *s.Card
		card.PIN = &apitype.CardPIN{Auth: &apitype.PINState{Tries: *r.Tries}}
		if s.Card.PIN != nil {
			card.PIN.Sign = s.Card.PIN.Sign
		}
		s.Card = &card
	}
	return s
}

// effects is a list that grows.
type effects []Effect

func (e *effects) add(more ...Effect) { *e = append(*e, more...) }
