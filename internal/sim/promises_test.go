package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

// given is one PIN that was given to the agent.
type given struct {
	id        int
	caller    agent.Caller
	insertion uint64
	life      *life
	pin       *secret.Buffer
	at        *byte // where its digits are
	right     bool  // the PIN of the card that it went to
	malformed bool
	last      bool   // whoever gave it agreed to spend the last try
	returned  bool   // the call is over
	asking    int    // cards that have it in hand
	void      string // why nothing may come of it any more
	ticket    *ticket

	card      *card // that it went to
	verifies  int
	statement []byte
	proved    bool // the card's own key signed the very statement
}

// may says whether whoever gave a PIN may give it to the card that it went to.
func (g *given) may() bool {
	if g.ticket != nil {
		return g.caller.UID == g.ticket.caller.UID
	}
	return g.card == nil || g.caller.Admin || g.caller.UID == g.card.owner.uid
}

// ticket is an unlock that was begun, as the one who began it knows it.
type ticket struct {
	id        string
	caller    agent.Caller
	life      *life
	account   string
	insertion uint64
	begun     time.Duration
	offset    int64 // of the clock, then
	proved    time.Duration
	given     *given
	asked     int // the PIN that went to a card for it
	used      bool
	claimed   bool // somebody with a right to it asked for the answer
	void      string
}

// grant is what the agent granted last.
type grant struct {
	person    *person
	card      *card
	insertion uint64
	since     time.Duration
}

const (
	removed     = "the card is gone"
	readersGone = "the readers are gone"
)

// cardFailed is why an insertion ends that had to be read anew.
const cardFailed = "the card failed"

// givenAs finds out who gave a PIN, by where it is.
func (w *world) givenAs(pin []byte) *given {
	for _, g := range slices.Backward(w.live) { // memory is used again
		if len(pin) > 0 && g.at == &pin[0] {
			return g
		}
	}
	w.broken(4, "a card was given digits that are in no buffer of a person's")
	return &given{}
}

// over notes that the agent has been told what ends a login, and everything that was begun, with an insertion.
func (w *world) over(l *life, insertion uint64, why string) {
	if l != w.life || l.dead || insertion == 0 {
		return
	}
	for _, g := range w.live {
		waits := why == cardFailed && g.card == nil // the card is read once more, and only then given the PIN
		if g.insertion == insertion && g.life == l && g.void == "" && !waits {
			g.void = why
		}
	}
	for _, t := range w.tickets {
		if t.insertion == insertion && t.life == l && t.void == "" && (why == removed || why == readersGone) {
			t.void = why
		}
	}
	if w.open == nil || w.open.insertion != insertion {
		return
	}
	p := w.open.person
	w.open = nil
	for _, t := range w.tickets { // the card has been dropped, and every unlock with it
		if t.insertion == insertion && t.life == l && t.void == "" {
			t.void = why
		}
	}
	if why == removed && w.policy.Session.RemovalGrace > 0 {
		w.beginGrace(p)
		return
	}
	w.leave(p, why)
}

// leave has the desktop of a person locked, unless policy leaves it open when the card is gone.
func (w *world) leave(p *person, why string) {
	if (why == removed || why == readersGone) && w.removalLeaves() {
		w.desk.free(p.uid)
		return
	}
	w.desk.owe(p.uid, why)
}

// overAll is over for whatever is open or begun.
func (w *world) overAll(why string) {
	for _, s := range w.slots {
		w.over(w.life, s.told, why)
	}
	w.endGrace(why)
}

// checkStatement holds what a card is asked to sign against what the agent knew.
func (w *world) checkStatement(g *given, l *life, insertion uint64) {
	by := g.caller
	if g.ticket != nil {
		by = g.ticket.caller // as known since the unlock was begun
	}
	lines := strings.Split(string(g.statement), "\n")
	want := []string{"siths-agent unlock 1", "machine " + machine, fmt.Sprintf("session %q", by.Session.ID),
		fmt.Sprintf("caller %d", by.UID), fmt.Sprintf("account %q", g.card.owner.account), fmt.Sprintf("insertion %d", insertion)}
	for i, line := range want {
		if i >= len(lines) || lines[i] != line {
			w.broken(1, "the statement has %q, not %q", lines[min(i, len(lines)-1)], line)
			return
		}
	}
	nonce := lines[len(lines)-2]
	if !strings.HasPrefix(nonce, "nonce ") || len(nonce) < len("nonce ")+26 || w.nonces[nonce] {
		w.broken(1, "the statement's nonce is not a new one: %q", nonce)
	}
	w.nonces[nonce] = true
	if l.dead {
		return
	}
	if w.leaks(g.statement) {
		w.broken(4, "a statement holds a PIN")
	}
}

// granted takes an answer that opens an account, and checks that it may.
func (w *world) granted(g *given, account string) {
	w.note("granted", account, g.id)
	w.logins++
	row := sha256.Sum256(g.statement)
	switch s := w.slotTold(g.insertion); {
	case !g.may():
		w.broken(7, "uid %d was granted %s", g.caller.UID, account)
	case g.void != "":
		w.broken(6, "PIN %d was granted though %s", g.id, g.void)
	case !g.right || g.verifies != 1:
		w.broken(1, "PIN %d, right: %v, was granted after it went to %d cards", g.id, g.right, g.verifies)
	case !g.proved:
		w.broken(1, "PIN %d was granted without a signature by the card's key over the agent's statement", g.id)
	case g.card.owner.account != account:
		w.broken(7, "the card of %s opened %s", g.card.owner.name, account)
	case s == nil:
		w.broken(1, "PIN %d was granted for insertion %d, which is over", g.id, g.insertion)
	case !w.trail.proofs[hex.EncodeToString(row[:])]:
		w.broken(5, "PIN %d was granted and no row tells of it", g.id)
	}
	if w.open == nil && g.card != nil {
		w.takeOver(g.card.owner)
		w.open = &grant{person: g.card.owner, card: g.card, insertion: g.insertion, since: w.now()}
		w.latest = g.card.owner
		w.desk.clear(g.card.owner.uid)
	}
}

func (w *world) slotTold(insertion uint64) *slot {
	for _, s := range w.slots {
		if s.told == insertion && insertion != 0 {
			return s
		}
	}
	return nil
}

// check is done after every step, when all is quiet.
func (w *world) check() {
	if w.failure != "" {
		return
	}
	w.checkBuffers()
	w.checkLocks()
	if w.life == nil || w.life.dead || w.life.stopping {
		return
	}
	w.checkCards()
	w.checkView()
}

// checkCards looks whether a card has forgotten its PIN when nothing is open and nothing is under way with it.
func (w *world) checkCards() {
	for _, c := range w.life.holding {
		if c.knows && w.open == nil && !w.underWay(c.insertion) {
			w.broken(6, "%s still takes it that its PIN was given", c.name)
		}
	}
}

// underWay says whether something may still come of a PIN that was given for an insertion.
func (w *world) underWay(insertion uint64) bool {
	return w.now() < w.asking || slices.ContainsFunc(w.live, func(g *given) bool {
		return g.insertion == insertion && g.life == w.life && g.void == "" &&
			(!g.returned || g.ticket != nil && g.ticket.given == g && w.now() < g.ticket.proved+claimTime+2*operationTime)
	})
}

// checkBuffers looks whether PINs are wiped as soon as nobody needs them.
func (w *world) checkBuffers() {
	w.live = slices.DeleteFunc(w.live, func(g *given) bool {
		if !g.returned || g.asking > 0 {
			return false
		}
		if g.pin.Len() != 0 {
			w.broken(4, "PIN %d is still in memory", g.id)
		}
		return g.ticket == nil || g.ticket.used || g.ticket.given != g || w.now() > g.ticket.proved+time.Minute
	})
	if l := w.life; l != nil && l.logged.Len() > 0 {
		if w.leaks(l.logged.Bytes()) {
			w.broken(4, "the log holds a PIN: %s", l.logged.String())
		}
		l.logged.Reset()
	}
}

func (w *world) checkLocks() {
	if w.life == nil || w.life.dead || w.life.stopping {
		return
	}
	w.checkLate()
	if g := w.open; g != nil && w.gone(g) > 0 && w.now() > max(w.gone(g), w.policyFrom)+w.unseen() {
		w.broken(2, "%s is gone since %v and nobody has noticed", g.card.name, w.gone(g))
	}
}

// checkLate looks for a session that should have been locked by now.
func (w *world) checkLate() {
	if s := w.desk.late(); s != nil {
		w.broken(2, "session %s is open at %v; since %v %s", s.id, w.now(), s.since, s.why)
	}
}

// unseen is how long it may take until a card is missed that was taken out without an event.
func (w *world) unseen() time.Duration {
	return 2*w.policy.Session.IdentityHeartbeat + 2*operationTime + pullTime
}

// gone is since when the card of a grant is not where it was; 0: it is there.
func (w *world) gone(g *grant) time.Duration {
	if s := w.slotTold(g.insertion); s != nil && s.card == g.card {
		return 0
	}
	return g.card.goneSince
}

// checkView asks for the agent's own view, which has to come at once whatever the cards do.
func (w *world) checkView() {
	begun := w.now()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	v, err := w.life.agent.View(ctx)
	cancel()
	if err != nil || w.now() != begun {
		w.broken(8, "a view took %v: %v", w.now()-begun, err)
		return
	}
	s := v.Snapshot
	if s.Rev != w.rev {
		w.rev = s.Rev
		if text, err := json.Marshal(s); err != nil || w.leaks(text) {
			w.broken(4, "a snapshot holds a PIN: %s, %v", text, err)
		}
	}
	if s.Phase != w.phase {
		w.phase = s.Phase
		w.note("phase", string(s.Phase), 0)
	}
	w.checkReleased(v)
	open := s.Session != nil && s.Session.State == "unlocked"
	switch {
	case s.Phase == apitype.Unlocked, open && w.grace == nil:
		w.checkOpen(v)
	case w.open != nil:
		w.shutOut()
	case open:
		w.checkGrace(v)
	case w.grace != nil && w.now() >= w.grace.ends:
		w.endGrace(removed)
	case w.grace != nil:
		w.endGrace("the agent says that it is locked")
	}
	w.checkIdle()
}

// shutOut takes it that a login has ended which nothing has ended but, perhaps, a disk that did not take its row.
func (w *world) shutOut() {
	if w.mayBeIdle() {
		w.over(w.life, w.open.insertion, "nobody uses the desktop")
		return
	}
	if w.early {
		return
	}
	if w.trail.state == diskGood && w.now() > w.trail.goodFrom+2*operationTime {
		w.broken(9, "%s was shut out without a cause", w.open.person.name)
	}
	w.over(w.life, w.open.insertion, "its row was not written")
}

// checkOpen holds an open login against what was granted.
func (w *world) checkOpen(v agent.View) {
	s := v.Snapshot
	if w.open == nil {
		w.adopt()
	}
	g := w.open
	switch {
	case g == nil && w.now() < w.asking: // the agent is finding out whose session it was that was locked
	case g == nil:
		w.broken(1, "the agent says that %+v is open, which nobody was granted", s.Session)
	case s.Session.User != g.person.account || v.Session == nil || *v.Session != g.person.uid:
		w.broken(1, "%s was granted and %s is open", g.person.name, s.Session.User)
	case s.Card == nil || s.Card.Insertion != g.insertion || w.slotTold(g.insertion) == nil:
		w.broken(1, "it is open without the card that opened it")
	}
}

// adopt takes it for granted that an unlock took place whose answer came too late for whoever asked for it.
func (w *world) adopt() {
	for _, t := range w.tickets {
		if g := t.given; t.claimed && !t.used && t.void == "" && g != nil && g.proved && g.void == "" && t.life == w.life {
			t.used = true
			w.granted(g, t.account)
			return
		}
	}
}
