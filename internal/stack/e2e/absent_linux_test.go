package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/stall"
	"siths-agent/ui/text"
)

// atOnce is how long PAM may take to say that something is missing.
const atOnce = time.Second

// wantMissing checks that everybody hears at once, in both languages, what is missing.
func (w *world) wantMissing(code apitype.Code, exit int) {
	w.t.Helper()
	for _, lang := range langs() {
		clock := stall.Begin()
		r := w.pam(attempt{lang: lang, typed: pin + "\n"})
		if took := clock.Took(); took > atOnce {
			w.t.Errorf("PAM took %s to say %s", took, code)
		}
		w.wantPAM(r, pamUnavailable)
		w.wantText(r, text.PAMProblem(lang, code, nil))
		w.wantCtl(w.login(lang, pin), exit, lang, code)
	}
}

func TestWithoutTheServiceNobodyIsLetIn(t *testing.T) {
	w := openWithoutAgent(t, plan{NoReader: true})
	w.wantMissing(apitype.AgentUnreachable, ctlUnreachable)
}

func TestWithoutAPCSCServiceItsAbsenceIsTold(t *testing.T) {
	w := open(t, plan{NoReader: true})
	w.awaitDown()
	w.wantMissing(apitype.ReaderServiceDown, ctlNoCard)
	w.wantRow(audit.UnlockRefused, apitype.ReaderServiceDown)
}

func TestWithoutAReaderItsAbsenceIsTold(t *testing.T) {
	w := open(t, plan{NoReader: true})
	empty := w.Path("etc", "no-readers")
	w.Must(os.Mkdir(empty, 0o755))
	w.Start(stack.Cmd{Path: "pcscd", Args: []string{"--foreground", "--config", empty}})
	w.Await("the reader to be missed", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NoReader && problem(s, apitype.ReaderNone) != nil
	})
	w.wantMissing(apitype.ReaderNone, ctlNoCard)
	w.wantRow(audit.UnlockRefused, apitype.ReaderNone)
}

func TestWithoutACardItsAbsenceIsTold(t *testing.T) {
	w := open(t, plan{})
	w.AwaitPhase(apitype.NoCard)
	w.wantMissing(apitype.CardNone, ctlNoCard)
	w.wantRow(audit.UnlockRefused, apitype.CardNone)
}

func TestPAMWaitsForACardAsLongAsItIsTold(t *testing.T) {
	w := open(t, plan{})
	w.AwaitPhase(apitype.NoCard)
	const wait = 2 * time.Second
	begun, clock := time.Now(), stall.Begin()
	r := w.pam(attempt{options: "wait=2", typed: pin + "\n"})
	if took := time.Since(begun); took < wait || clock.Took() > wait+atOnce {
		t.Errorf("it took %s", took)
	}
	w.wantPAM(r, pamUnavailable)
	w.wantText(r, text.PAMProblem(text.EN, apitype.CardNone, nil))
}

func TestACardThatComesWhilePAMWaitsIsTaken(t *testing.T) {
	w := open(t, plan{})
	w.AwaitPhase(apitype.NoCard)
	card := w.Card(w.Issue(anna()), stack.CardOptions{PIN: pin, Absent: true})
	w.stack("auth required MODULE wait=20")
	p := w.Start(stack.Cmd{Path: "pamtester", Args: []string{service, "anna", "authenticate"}, Stdin: strings.NewReader(pin + "\n")})
	w.AwaitThat("the module to wait", func() bool { return len(workplace.ChildrenOf(p.PID)) > 0 })
	w.Must(card.Insert())
	if _, err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wantPAM(stack.Result{Stderr: p.Stderr(), Code: p.Code()}, pamSuccess)
	w.WantVerify(card, 1)
}
