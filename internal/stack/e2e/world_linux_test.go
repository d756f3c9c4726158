package e2e

import (
	"context"
	"errors"
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
	// patience bounds every wait for something that has to happen; only a defect makes a test wait that long.
	patience = 20 * time.Second

	// pin is the code of the tests' cards: its digits stand nowhere else, so that traces of it can be searched for.
	pin      = "735182"
	wrongPIN = "918273"

	annasID = "SE2321000131-P000000000001"
	bobsID  = "SE2321000131-P000000000002"
)

// hierarchy is the PKI that the tests' cards come from. Cards share a few keys, which take long to make.
var hierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 12}})
})

// productionHierarchy has the names of the real one, and keys of its own.
var productionHierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Hierarchy: testpki.Production, Keys: &testpki.Keys{Rotate: 4}})
})

// world is one private world: a reader with two slots, a service, and clients of both kinds.
type world struct {
	*stacktest.Lab
	t     *testing.T
	pki   *testpki.PKI
	pcscd *stack.PCSCD
	agent *stack.Agent
	api   client.Client // as root
	dirs  int
}

// plan is how a world differs from the usual one. The zero value is a service that trusts the test hierarchy and
// knows anna and bob.
type plan struct {
	pki      func() (*testpki.PKI, error)
	noReader bool // no PC/SC service is started
	agent    stack.AgentOptions
}

// open makes a world. Everything in it ends with the test.
func open(t *testing.T, p plan) *world {
	t.Helper()
	w := openWithoutAgent(t, p)
	w.serve(p.agent)
	return w
}

// openWithoutAgent is open up to the service.
func openWithoutAgent(t *testing.T, p plan) *world {
	t.Helper()
	t.Parallel()
	if p.pki == nil {
		p.pki = hierarchy
	}
	pki, err := p.pki()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Lab: stacktest.New(t, stack.Options{}), t: t, pki: pki}
	if !p.noReader {
		w.pcscd = w.PCSCD()
	}
	w.must(pki.WriteTrust(w.Path("trust")))
	w.api.Socket = w.Path("agent-1", "run", "agent.sock")
	return w
}

// serve starts the service, with the usual choices for what o leaves out.
func (w *world) serve(o stack.AgentOptions) {
	w.t.Helper()
	if o.Anchors == nil {
		o.Anchors = []string{w.Path("trust")}
	}
	if o.Accounts == nil {
		o.Accounts = map[string]string{annasID: "anna", bobsID: "bob"}
	}
	o.Policy += "\n" + w.pki.PolicyTOML()
	w.agent = w.Agent(o)
	w.api.Socket = w.agent.Socket()
}

// must fails the test at an error.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// anna is whom most cards belong to.
func anna() testpki.Person { return testpki.Person{} }

// bob has a card of his own.
func bob() testpki.Person {
	return testpki.Person{GivenName: "Bob", Surname: "Prov", HSAID: bobsID}
}

// issue makes a card and returns the folder that it was written to.
func (w *world) issue(p testpki.Person) string {
	w.t.Helper()
	card, err := w.pki.IssueCard(p)
	w.must(err)
	return w.write(card)
}

func (w *world) write(card *testpki.Card) string {
	w.t.Helper()
	w.dirs++
	dir := w.Path("keys", string(rune('a'+w.dirs)))
	w.must(card.Write(dir))
	return dir
}

// insert puts the card of a folder into the first reader.
func (w *world) insert(dir string) *stack.Card {
	w.t.Helper()
	return w.Card(dir, stack.CardOptions{PIN: pin})
}

// insertAnna puts anna's card in and waits until her PIN is asked for.
func (w *world) insertAnna() *stack.Card {
	w.t.Helper()
	card := w.insert(w.issue(anna()))
	w.awaitPhase(apitype.NeedPIN)
	return card
}

// unlocked is insertAnna and her PIN.
func (w *world) unlocked() *stack.Card {
	w.t.Helper()
	card := w.insertAnna()
	w.unlock()
	return card
}

// unlock gives the right PIN for the card that is in.
func (w *world) unlock() {
	w.t.Helper()
	if r := w.give(pin, false); !r.OK {
		w.t.Fatalf("the right PIN: %+v", r.Problem)
	}
	w.awaitPhase(apitype.Unlocked)
}

// give hands a PIN over, as root, for the card that is in.
func (w *world) give(pin string, lastTry bool) apitype.PINResult {
	w.t.Helper()
	card := w.snapshot().Card
	if card == nil {
		w.t.Fatal("there is no card to give a PIN for")
	}
	r, err := w.api.PIN(w.t.Context(), apitype.PINRequest{Insertion: card.Insertion, LastTry: lastTry}, []byte(pin))
	w.must(err)
	return r
}

func (w *world) snapshot() apitype.Snapshot {
	w.t.Helper()
	s, err := w.api.Snapshot(w.t.Context())
	w.must(err)
	return s
}

var errSeen = errors.New("seen")

// await follows the snapshots until yes, and returns the one that was waited for.
func (w *world) await(what string, yes func(apitype.Snapshot) bool) apitype.Snapshot {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	var last apitype.Snapshot
	err := w.api.Watch(ctx, func(s apitype.Snapshot) error {
		if last = s; yes(s) {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		w.t.Fatalf("waiting for %s: %v; the last snapshot is %+v", what, err, last)
	}
	return last
}

func (w *world) awaitPhase(p apitype.Phase) apitype.Snapshot {
	w.t.Helper()
	return w.await("phase "+string(p), func(s apitype.Snapshot) bool { return s.Phase == p })
}

// awaitReopened waits until the card, after a lock, is read and can take a PIN again.
func (w *world) awaitReopened() apitype.Snapshot {
	w.t.Helper()
	return w.await("the card to be read again", func(s apitype.Snapshot) bool {
		return (s.Phase == apitype.Locked || s.Phase == apitype.NeedPIN) && s.Card != nil && s.Holder != nil
	})
}

// awaitThat polls what has no event to wait on.
func (w *world) awaitThat(what string, yes func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	w.must(stack.Await(ctx, what, yes))
}

// problem finds a problem of a snapshot, nil when it is not there.
func problem(s apitype.Snapshot, code apitype.Code) *apitype.Problem {
	for _, p := range s.Problems {
		if p.Code == code {
			return &p
		}
	}
	return nil
}

// stat reads the counters of a card.
func (w *world) stat(c *stack.Card) stack.CardStat {
	w.t.Helper()
	s, err := c.Stat()
	w.must(err)
	return s
}

// wantVerify checks how many PINs the card has been given since it was made.
func (w *world) wantVerify(c *stack.Card, n int) {
	w.t.Helper()
	if got := w.stat(c).Verify; got != n {
		w.t.Errorf("the card was given %d PINs, want %d", got, n)
	}
}
