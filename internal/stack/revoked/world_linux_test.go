package revoked

import (
	"fmt"
	"os"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

// folderVar in the environment makes the test program the responder of a folder instead: a lab has a network of its own.
const folderVar = "SITHS_TEST_RESPONDER"

// address is what testpki writes into certificates.
const address = "127.0.0.1:8089"

func TestMain(m *testing.M) {
	dir := os.Getenv(folderVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, responder.ServeFolder(dir, address))
	os.Exit(1)
}

// world is a workplace whose network has a responder.
type world struct {
	*workplace.Workplace
	t    *testing.T
	dir  string // of the responder
	card *testpki.Card
	runs *stack.Proc
}

// open makes a world with this policy, in which anna has a card that is not in yet.
func open(t *testing.T, policy string) *world {
	t.Helper()
	t.Parallel()
	w := &world{Workplace: workplace.OpenWithoutService(t, workplace.Plan{}), t: t}
	w.dir = w.Path("responder")
	w.Must(w.PKI.Keep(w.dir))
	card, err := w.PKI.IssueCard(workplace.Anna())
	w.Must(err)
	w.card = card
	w.respond()
	w.Serve(stack.AgentOptions{Policy: policy})
	return w
}

// respond starts the responder, and waits until it answers at all.
func (w *world) respond() {
	w.t.Helper()
	w.runs = w.Start(stack.Cmd{Path: w.OwnProgram("revocation-responder"), Env: []string{folderVar + "=" + w.dir, "GORACE=atexit_sleep_ms=0"}})
	w.AwaitThat("the responder to listen", func() bool { return responder.Listens(w.dir) })
}

// behave tells the responder how to answer.
func (w *world) behave(b responder.Behaviour) {
	w.t.Helper()
	w.Must(responder.Tell(w.dir, b))
}

// restart ends the service and starts it again.
func (w *world) restart() {
	w.t.Helper()
	w.Must(w.Service.Stop())
	w.Must(w.Service.Start())
}

// insert puts anna's card in.
func (w *world) insert() *stack.Card {
	w.t.Helper()
	return w.InsertDir(w.Write(w.card))
}

// refused waits until the card is refused with this code.
func (w *world) refused(code apitype.Code) apitype.Snapshot {
	w.t.Helper()
	return w.Await("the refusal with "+string(code), func(s apitype.Snapshot) bool {
		return s.Phase == apitype.Refused && workplace.ProblemOf(s, code) != nil
	})
}

// wantAnswer checks what the snapshot says about revocation.
func wantAnswer(t *testing.T, s apitype.Snapshot, result, source string) {
	t.Helper()
	if s.Holder == nil || s.Holder.Revocation == nil || s.Holder.Revocation.Result != result || s.Holder.Revocation.Source != source {
		t.Errorf("the holder is %+v, want %s by %s", s.Holder, result, source)
	}
}
