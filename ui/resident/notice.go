package resident

import (
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// patience is how many attempts to reach the service fail before a notification tells of it: it may be starting anew.
const patience = 3

// Kind is what a notification is about. There is at most one of each on the screen.
type Kind int

// The kinds.
const (
	Service Kind = iota // the service does not answer
	Reader              // the reader is gone, or back
	Expires             // the card expires soon
	Reserve             // the card is a reserve card
	Offline             // the card was let in on an older answer about its revocation

	kinds
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{Service, Reader, Expires, Reserve, Offline} }

// Notice is what a notification says. It never names a person, a card or a reader.
type Notice struct {
	Kind     Kind
	Title    string
	Body     string
	Icon     model.Icon
	Severity apitype.Severity
	More     string // what a person chooses to see more
	Urgent   bool   // it stays until it is withdrawn
}

// day is the card and the count of days that a notification told of: there is one a day, however often the card is put in.
type day struct {
	notAfter int64 // Unix time
	left     int
}

// forgetCard takes back what was said about the card before.
func (t *turn) forgetCard() {
	t.shown = [reasons]bool{countdown: t.shown[countdown]}
	t.spent[Offline] = false
	for _, k := range []Kind{Expires, Reserve, Offline} {
		t.withdraw(k)
	}
}

// notify tells what no window tells: not of logins and locks, which a person sees, and not while nobody is there to read it.
func (t *turn) notify() {
	if t.live {
		t.withdraw(Service)
	}
	t.readerBack()
	if t.away {
		return
	}
	if t.lost == patience {
		t.say(Service, t.screen)
	}
	t.readerGone()
	t.aboutCard()
}

// say shows a notification of a kind, once. What a window that is open tells needs none; behind another page it waits.
func (t *turn) say(k Kind, s model.Screen) {
	if t.spent[k] || t.windows > 0 && !t.follows {
		return
	}
	t.spent[k] = true
	if t.windows > 0 {
		return
	}
	t.stands[k] = true
	t.do(Notify{Notice{Kind: k, Title: s.Title, Body: s.Body[0], Icon: iconOf(k), Severity: s.Severity, More: text.NoticeMore(t.lang), Urgent: k == Service}})
}

func (t *turn) withdraw(k Kind) {
	if t.stands[k] {
		t.stands[k] = false
		t.do(Withdraw{k})
	}
}

// readerGone tells that a reader which was there is gone, when no countdown tells so. It is told once until somebody has
// logged in again, so that a bad cable is not told of all day.
func (t *turn) readerGone() {
	gone := t.live && t.snapshot.Phase == apitype.NoReader
	t.reader = t.reader || t.live && !gone
	if !gone || !t.reader || t.screen.LocksIn > 0 {
		return
	}
	cause := apitype.ReaderNone
	if has(t.snapshot, apitype.ReaderServiceDown) {
		cause = apitype.ReaderServiceDown
	}
	says := text.Problem(t.lang, cause)
	t.say(Reader, model.Screen{Title: says.Headline, Body: []string{says.Action}, Severity: apitype.Error})
}

// readerBack replaces what was said of a reader that is there again.
func (t *turn) readerBack() {
	if !t.stands[Reader] || !t.live || t.snapshot.Phase == apitype.NoReader {
		return
	}
	t.stands[Reader] = false
	says := text.ReaderBack(t.lang)
	t.do(Notify{Notice{Kind: Reader, Title: says.Headline, Body: says.Action, Icon: iconOf(Reader), Severity: apitype.Info, More: text.NoticeMore(t.lang)}})
}

// aboutCard tells the holder of an open desktop what there is to know of the card: each thing that the screens of the
// snapshot are about, one after the other.
func (t *turn) aboutCard() {
	if !t.live || t.snapshot.Phase != apitype.Unlocked || t.snapshot.Holder == nil {
		return
	}
	t.newDay()
	s := nameless(t.snapshot)
	for {
		screen := model.View(s, t.lang)
		kind, ok := kindOf(screen.ID)
		if !ok {
			return
		}
		if t.say(kind, screen); screen.Code == "" {
			return
		}
		s.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p apitype.Problem) bool { return p.Code == screen.Code })
	}
}

// newDay lets the validity of a card be told of again on another day, or of another card.
func (t *turn) newDay() {
	today := day{notAfter: t.snapshot.Holder.NotAfter.Unix()}
	if left := t.snapshot.Holder.DaysLeft; left != nil {
		today.left = *left
	}
	if t.day != today {
		t.day, t.spent[Expires], t.spent[Reserve] = today, false, false
	}
}

func kindOf(id model.ID) (Kind, bool) {
	switch id {
	case model.CertExpires:
		return Expires, true
	case model.ReserveCard:
		return Reserve, true
	case model.OfflineGrace:
		return Offline, true
	}
	return 0, false
}

// iconOf is what a notification is about, as a sign.
func iconOf(k Kind) model.Icon {
	switch k {
	case Service:
		return model.IconOff
	case Reader:
		return model.IconReader
	case Expires, Reserve:
		return model.IconCard
	}
	return model.IconWarning
}

// pageOf is the page that a notification leads to.
func pageOf(k Kind) model.ID {
	switch k {
	case Service, Reader:
		return model.Diagnostics
	case Expires, Reserve:
		return model.CardKnown
	}
	return ""
}

func has(s apitype.Snapshot, code apitype.Code) bool {
	return slices.ContainsFunc(s.Problems, func(p apitype.Problem) bool { return p.Code == code })
}
