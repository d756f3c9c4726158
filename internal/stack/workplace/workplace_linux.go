package workplace

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
)

const (
	// Patience bounds every wait for something that has to happen; only a defect makes a test wait that long.
	Patience = time.Minute

	// PIN is the code of the tests' cards: its digits stand nowhere else, so that traces of it can be searched for.
	PIN = "735182"
	// WrongPIN is a code of no card.
	WrongPIN = "918273"

	// AnnasID is the HSA-id of anna.
	AnnasID = "SE2321000131-P000000000001"
	// BobsID is the HSA-id of bob.
	BobsID = "SE2321000131-P000000000002"
)

// Hierarchy is the PKI that cards come from. They share a few keys, which take long to make.
var Hierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 12}})
})

// Workplace is one PC with a reader of two slots, the service, and clients of both kinds.
type Workplace struct {
	*stacktest.Lab
	PKI     *testpki.PKI
	Readers *stack.PCSCD  // nil when there is none
	Service *stack.Agent  // nil until Serve
	API     client.Client // as root
	tb      testing.TB
	dirs    int
}

// Plan is how a Workplace differs from the usual one. The zero value is a service that trusts the test hierarchy and
// knows anna and bob.
type Plan struct {
	PKI      func() (*testpki.PKI, error) // nil means Hierarchy
	Lab      stack.Options
	NoReader bool // no PC/SC service is started
	Service  stack.AgentOptions
}

// Open makes a workplace. Everything in it ends with the test.
func Open(tb testing.TB, p Plan) *Workplace {
	tb.Helper()
	w := OpenWithoutService(tb, p)
	w.Serve(p.Service)
	return w
}

// OpenWithoutService is Open up to the service.
func OpenWithoutService(tb testing.TB, p Plan) *Workplace {
	tb.Helper()
	if p.PKI == nil {
		p.PKI = Hierarchy
	}
	pki, err := p.PKI()
	if err != nil {
		tb.Fatal(err)
	}
	w := &Workplace{Lab: stacktest.New(tb, p.Lab), tb: tb, PKI: pki}
	if !p.NoReader {
		w.Readers = w.PCSCD()
	}
	w.Must(pki.WriteTrust(w.Path("trust")))
	w.API.Socket = w.Path("agent-1", "run", "agent.sock")
	return w
}

// Serve starts the service, with the usual choices for what o leaves out.
func (w *Workplace) Serve(o stack.AgentOptions) {
	w.tb.Helper()
	if o.Anchors == nil {
		o.Anchors = []string{w.Path("trust")}
	}
	if o.Accounts == nil {
		o.Accounts = map[string]string{AnnasID: "anna", BobsID: "bob"}
	}
	o.Policy += "\n" + w.PKI.PolicyTOML()
	w.Service = w.Agent(o)
	w.API.Socket = w.Service.Socket()
}

// Must fails the test at an error.
func (w *Workplace) Must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// Anna is whom most cards belong to.
func Anna() testpki.Person { return testpki.Person{} }

// Bob has a card of his own.
func Bob() testpki.Person {
	return testpki.Person{GivenName: "Bob", Surname: "Prov", HSAID: BobsID}
}

// Issue makes a card and returns the folder that it was written to.
func (w *Workplace) Issue(p testpki.Person) string {
	w.tb.Helper()
	card, err := w.PKI.IssueCard(p)
	w.Must(err)
	return w.Write(card)
}

// Write writes a card to a folder of its own and returns the folder.
func (w *Workplace) Write(card *testpki.Card) string {
	w.tb.Helper()
	w.dirs++
	dir := w.Path("keys", strconv.Itoa(w.dirs))
	w.Must(card.Write(dir))
	return dir
}

// OwnProgram is a copy of the program that runs this test, under a name, where everybody in the workplace can run it.
func (w *Workplace) OwnProgram(name string) string {
	w.tb.Helper()
	path := w.Path(name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	content, err := os.ReadFile("/proc/self/exe")
	w.Must(err)
	w.Must(stack.WriteProgram(path, content))
	return path
}

// InsertDir puts the card of a folder into the first reader.
func (w *Workplace) InsertDir(dir string) *stack.Card {
	w.tb.Helper()
	return w.Card(dir, stack.CardOptions{PIN: PIN})
}

// InsertAnna puts anna's card in and waits until her PIN is asked for.
func (w *Workplace) InsertAnna() *stack.Card {
	w.tb.Helper()
	card := w.InsertDir(w.Issue(Anna()))
	w.AwaitPhase(apitype.NeedPIN)
	return card
}

// Unlocked is InsertAnna and her PIN.
func (w *Workplace) Unlocked() *stack.Card {
	w.tb.Helper()
	card := w.InsertAnna()
	w.Unlock()
	return card
}

// Unlock gives the right PIN for the card that is in.
func (w *Workplace) Unlock() {
	w.tb.Helper()
	if r := w.Give(PIN, false); !r.OK {
		w.tb.Fatalf("the right PIN: %+v", r.Problem)
	}
	w.AwaitPhase(apitype.Unlocked)
}

// Give hands a PIN over, as root, for the card that is in.
func (w *Workplace) Give(pin string, lastTry bool) apitype.PINResult {
	w.tb.Helper()
	card := w.Snapshot().Card
	if card == nil {
		w.tb.Fatal("there is no card to give a PIN for")
		return apitype.PINResult{}
	}
	r, err := w.API.PIN(w.tb.Context(), apitype.PINRequest{Insertion: card.Insertion, LastTry: lastTry}, []byte(pin))
	w.Must(err)
	return r
}

// Snapshot is what root sees now.
func (w *Workplace) Snapshot() apitype.Snapshot {
	w.tb.Helper()
	s, err := w.API.Snapshot(w.tb.Context())
	w.Must(err)
	return s
}

var errSeen = errors.New("seen")

// Await follows the snapshots until yes, and returns the one that was waited for.
func (w *Workplace) Await(what string, yes func(apitype.Snapshot) bool) apitype.Snapshot {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), Patience)
	defer cancel()
	var last apitype.Snapshot
	err := w.API.Watch(ctx, func(s apitype.Snapshot) error {
		if last = s; yes(s) {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		w.tb.Fatalf("waiting for %s: %v; the last snapshot is %+v", what, err, last)
	}
	return last
}

// AwaitPhase is Await for a phase.
func (w *Workplace) AwaitPhase(p apitype.Phase) apitype.Snapshot {
	w.tb.Helper()
	return w.Await("phase "+string(p), func(s apitype.Snapshot) bool { return s.Phase == p })
}

// AwaitReopened waits until the card, after a lock, is read and can take a PIN again.
func (w *Workplace) AwaitReopened() apitype.Snapshot {
	w.tb.Helper()
	return w.Await("the card to be read again", func(s apitype.Snapshot) bool {
		return (s.Phase == apitype.Locked || s.Phase == apitype.NeedPIN) && s.Card != nil && s.Holder != nil
	})
}

// AwaitThat polls what has no event to wait on.
func (w *Workplace) AwaitThat(what string, yes func() bool) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), Patience)
	defer cancel()
	w.Must(stack.Await(ctx, what, yes))
}

// ProblemOf finds a problem of a snapshot, nil when it is not there.
func ProblemOf(s apitype.Snapshot, code apitype.Code) *apitype.Problem {
	for _, p := range s.Problems {
		if p.Code == code {
			return &p
		}
	}
	return nil
}

// Stat reads the counters of a card.
func (w *Workplace) Stat(c *stack.Card) stack.CardStat {
	w.tb.Helper()
	s, err := c.Stat()
	w.Must(err)
	return s
}

// WantVerify checks how many PINs the card has been given since it was made.
func (w *Workplace) WantVerify(c *stack.Card, n int) {
	w.tb.Helper()
	if got := w.Stat(c).Verify; got != n {
		w.tb.Errorf("the card was given %d PINs, want %d", got, n)
	}
}
