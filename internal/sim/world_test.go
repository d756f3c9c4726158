package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/policy"
	"siths-agent/internal/secret"
)

// people is how many work here.
const people = 4

// machine names the machine in what cards sign.
const machine = "ward 7"

// What can go wrong, as it is counted.
const (
	faultCard   = iota // a question that a card or its child failed at, or answered slowly or falsely
	faultReader        // the reader service down, or a reader unplugged
	faultPull          // the card pulled, or swapped, at any moment
	faultDesk          // a time in which the login manager does not lock
	faultDisk          // a time in which the disk takes no rows, or slowly
	faultClock         // the clock stepped
	faultCrash         // the agent killed
	faultPerson        // a wrong, malformed or late PIN, a cancelled prompt, a card left behind
	faultAttack        // somebody tried what is not theirs
	faultOther         // sleep with a card, a new policy, an unlock that nobody proved
	faultKinds
)

// tally is what happened in one or many worlds.
type tally struct {
	insertions, removals, openings, reads, verifies, signatures, checks, resets, uses int

	faults                              [faultKinds]int
	steps, lives, visits, logins, locks int
	seeds, days                         int
	passed                              time.Duration
}

// cardEvents is everything that happened at readers and cards.
func (t tally) cardEvents() int {
	return t.insertions + t.removals + t.openings + t.reads + t.verifies + t.signatures + t.checks + t.resets
}

func (t tally) allFaults() (n int) {
	for _, f := range t.faults {
		n += f
	}
	return n
}

func (t *tally) add(o tally) {
	t.insertions, t.removals, t.openings, t.reads = t.insertions+o.insertions, t.removals+o.removals, t.openings+o.openings, t.reads+o.reads
	t.verifies, t.signatures, t.checks, t.resets = t.verifies+o.verifies, t.signatures+o.signatures, t.checks+o.checks, t.resets+o.resets
	t.uses += o.uses
	for i, f := range o.faults {
		t.faults[i] += f
	}
	t.steps, t.lives, t.visits, t.logins, t.locks = t.steps+o.steps, t.lives+o.lives, t.visits+o.visits, t.logins+o.logins, t.locks+o.locks
	t.seeds, t.days, t.passed = t.seeds+o.seeds, t.days+o.days, t.passed+o.passed
}

// slot is one reader.
type slot struct {
	name     string
	card     *card  // what is in it
	told     uint64 // the insertion that the agent knows of; 0: none
	toldCard *card
}

// person is one who works here.
type person struct {
	number int
	name   string
	uid    uint32
	pin    string

	account string // that the card opens
	mum     bool   // the card does not tell how many tries are left
	card    *card
}

// world is one workstation. One goroutine, the driver, makes things happen and checks, always when everybody else
// waits; the stand-ins that the agent calls hold mu while they touch anything here.
type world struct {
	tally
	seed    uint64
	mu      sync.Mutex
	journal journal
	start   time.Time
	offset  atomic.Int64 // of the clock that the agent sees
	rand    *rand.Rand   // the driver's
	mark    string       // the digits that every PIN begins with

	agenda  agenda
	inbox   []reply
	wake    chan struct{}
	replies int

	people  []*person
	cards   []*card
	slots   []*slot
	service bool
	policy  policy.Policy
	desk    *desk
	trail   *trail
	notes   *notes
	life    *life
	visit   *visit
	closing time.Duration // when nobody comes any more

	live       []*given // PINs that something may still come of
	pins       int
	tickets    []*ticket
	nonces     map[string]bool
	open       *grant
	grace      *grace        // of a desktop whose card was pulled
	shared     bool          // everybody opens the same desktop
	running    []*person     // who have a program running on it
	stubborn   bool          // and do not end
	policyFrom time.Duration // since when the policy is what it is
	early      bool          // what is due at this moment has not been done yet
	asking     time.Duration // until when the agent may be asking whose session something happened to
	latest     *person       // whom the agent let in last, in this life
	phase      apitype.Phase
	rev        uint64 // of the snapshot that was looked at last
	failure    string
	tail       string // what happened before it
}

// newWorld makes a workstation from a seed.
func newWorld(seed uint64) *world {
	w := &world{seed: seed, start: time.Now(), rand: rand.New(rand.NewPCG(seed, 0)), wake: make(chan struct{}, 1),
		service: true, nonces: map[string]bool{}}
	w.desk, w.trail = &desk{world: w}, newTrail(w)
	w.notes = &notes{world: w}
	w.mark = fmt.Sprintf("%010d", w.rand.Uint64N(1e10))
	w.shared = seed%4 == 3
	for i, name := range []string{"anna", "bert", "carl", "dora"} {
		p := &person{number: i, name: name, uid: 1000 + uint32(i), pin: w.mark + fmt.Sprintf("%02d", w.rand.IntN(50)), mum: w.odds(10)}
		if p.account = name; w.shared {
			p.account, p.uid = "kiosk", 2000
		}
		p.card = &card{world: w, name: "card of " + name, owner: p, tries: 3, most: 3}
		w.people, w.cards = append(w.people, p), append(w.cards, p.card)
	}
	for i := range 1 + w.rand.IntN(2) {
		w.slots = append(w.slots, &slot{name: "Reader " + strconv.Itoa(i)})
	}
	w.policy = w.somePolicy()
	return w
}

func (w *world) somePolicy() policy.Policy {
	removals := []policy.Removal{policy.Lock, policy.Lock, policy.Lock, policy.Lock, policy.Lock, policy.Lock, policy.Logout, policy.None}
	beats := []time.Duration{5 * time.Second, 30 * time.Second, 30 * time.Second, time.Minute, time.Minute}
	graces := []time.Duration{0, 0, 0, 5 * time.Second, 30 * time.Second}
	idles := []time.Duration{0, 2 * time.Minute, 10 * time.Minute}
	return policy.Policy{Session: policy.Session{OnRemoval: removals[w.rand.IntN(len(removals))], IdentityHeartbeat: beats[w.rand.IntN(len(beats))],
		RemovalGrace: graces[w.rand.IntN(len(graces))], IdleLock: idles[w.rand.IntN(len(idles))], ClosePrograms: []string{"journal"}}}
}

// now is the time since the beginning, as the machine has really lived through it.
func (w *world) now() time.Duration { return time.Since(w.start) }

// clock is the time as the agent is told it.
func (w *world) clock() time.Time { return time.Now().Add(time.Duration(w.offset.Load())) }

func (w *world) odds(percent int) bool { return w.rand.IntN(100) < percent }

// between draws a time, to the nanosecond, so that things seldom coincide unless they are meant to.
func (w *world) between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.rand.Int64N(int64(high-low)))
}

// lot draws for a stand-in: from the seed, the moment and what it is for, so that it does not matter who comes first.
func (w *world) lot(what string, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(fold(fold(w.seed, label(what)), n), uint64(w.now())))
}

func (w *world) note(what, whom string, n int) {
	w.journal.add(event{at: w.now(), what: what, whom: whom, n: n})
}

// broken notes that a promise was not kept; the first counts.
func (w *world) broken(promise int, format string, args ...any) {
	if w.failure == "" {
		w.failure = fmt.Sprintf("I%d broken after step %d: %s", promise, w.steps, fmt.Sprintf(format, args...))
	}
}

// leaks says whether a text holds a PIN.
func (w *world) leaks(text []byte) bool { return bytes.Contains(text, []byte(w.mark)) }

// touch makes what the driver has changed visible to everybody, and the other way round.
func (w *world) touch() { w.mu.Lock(); defer w.mu.Unlock() }

// quiet waits until everybody waits.
func (w *world) quiet() {
	w.touch()
	synctest.Wait()
	w.touch()
}

// job is something that will happen.
type job struct {
	at time.Duration
	n  int
	do func()
}

// agenda is what will happen, the next last.
type agenda struct {
	jobs []job
	n    int
}

func (a *agenda) add(at time.Duration, do func()) {
	a.n++
	j := job{at, a.n, do}
	i, _ := slices.BinarySearchFunc(a.jobs, j, func(x, y job) int {
		return cmp.Or(cmp.Compare(y.at, x.at), cmp.Compare(y.n, x.n))
	})
	a.jobs = slices.Insert(a.jobs, i, j)
}

// after has something happen when d is over.
func (w *world) after(d time.Duration, do func()) { w.agenda.add(w.now()+d, do) }

// act has something happen now, but only when all is quiet.
func (w *world) act(do func()) { w.after(0, do) }

// reply is what becomes of a call to the agent.
type reply struct {
	n  int
	do func()
}

// ask lets call wait for the agent beside the driver. What it returns is done by the driver.
func (w *world) ask(call func() (then func())) {
	w.replies++
	n := w.replies
	go func() {
		then := call()
		w.mu.Lock()
		w.inbox = append(w.inbox, reply{n, then})
		w.mu.Unlock()
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}()
}

// run lives until a time, or until a promise is broken.
func (w *world) run(until time.Duration) {
	for w.failure == "" {
		w.quiet()
		if w.answer() {
			continue
		}
		next := until
		if n := len(w.agenda.jobs); n > 0 {
			next = min(next, w.agenda.jobs[n-1].at)
		}
		if next > w.now() {
			w.sleep(next - w.now())
			continue
		}
		if next == until {
			return
		}
		j := w.agenda.jobs[len(w.agenda.jobs)-1]
		w.agenda.jobs = w.agenda.jobs[:len(w.agenda.jobs)-1]
		w.step(j.do)
	}
}

// sleep waits for a time or for a reply.
func (w *world) sleep(d time.Duration) {
	w.touch()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.wake:
	}
}

// answer does what a reply asks for.
func (w *world) answer() bool {
	if len(w.inbox) == 0 {
		return false
	}
	slices.SortFunc(w.inbox, func(a, b reply) int { return cmp.Compare(a.n, b.n) })
	r := w.inbox[0]
	w.inbox = slices.Delete(w.inbox, 0, 1)
	w.step(r.do)
	return true
}

// step makes one thing happen and checks everything when it has settled.
func (w *world) step(do func()) {
	w.steps++
	if w.open != nil && w.unused() > 0 && len(w.inbox) == 0 {
		w.early = true
		w.check() // a desktop that nobody uses is locked without anybody's doing
		w.early = false
	}
	do()
	w.quiet()
	w.journal.settle()
	if len(w.inbox) == 0 { // who has an answer from the agent acts on it first
		w.check()
	}
	if w.failure != "" && w.tail == "" {
		w.tail = w.journal.tail()
	}
}

// buffer makes the buffer in which a PIN reaches the agent.
func (w *world) buffer(g *given, digits string) {
	buf, err := secret.New(64)
	if err == nil {
		err = buf.Set([]byte(digits))
	}
	if err != nil {
		panic(err)
	}
	g.pin = buf
	if digits != "" {
		g.at = &buf.Bytes()[0]
	}
}

// wrong is nobody's PIN.
func (w *world) wrong() string { return w.mark + strconv.Itoa(50+w.rand.IntN(50)) }

// malformed is what no card would take for a PIN.
func (w *world) malformed() string {
	return []string{"", "1", w.mark[:5], w.mark + "123", w.mark + "x", strings.Repeat(w.mark, 6)}[w.rand.IntN(6)]
}
