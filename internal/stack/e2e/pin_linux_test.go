package e2e

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"

	"github.com/creack/pty"
)

func TestAWrongPINCostsOneTryAndSaysWhatIsLeft(t *testing.T) {
	for _, lang := range langs() {
		t.Run(string(lang), func(t *testing.T) {
			w := open(t, plan{})
			card := w.InsertAnna()
			r := w.pam(attempt{lang: lang, typed: wrongPIN + "\n"})
			w.wantPAM(r, pamAuthErr)
			w.wantText(r, text.PAMPrompt(lang, "Anna Test"), text.PAMProblem(lang, apitype.PINWrong, new(2)))
			w.WantVerify(card, 1)
			row := w.wantRow(audit.PINWrong, apitype.PINWrong)
			if row.Tries == nil || *row.Tries != 2 || row.Account != "anna" || row.Service != service {
				t.Errorf("the row is %+v", row.Row)
			}
			s := w.AwaitPhase(apitype.NeedPIN)
			if p := problem(s, apitype.PINWrong); p == nil || p.Ref != row.Ref {
				t.Errorf("the snapshot says %+v, the row has reference %s", s.Problems, row.Ref)
			}
			ctl := w.login(lang, wrongPIN)
			w.wantCtl(ctl, ctlPINWrong, lang, apitype.PINWrong)
			w.wantText(ctl, text.Ctl(lang, text.CtlOneTryLeft))
			w.WantVerify(card, 2)
			w.wantTries(1)
		})
	}
}

// wantTries checks what the snapshot says is left.
func (w *world) wantTries(n int) {
	w.t.Helper()
	s := w.Snapshot()
	if s.Card == nil || s.Card.PIN == nil || s.Card.PIN.Auth.Tries != n {
		w.t.Errorf("the card is %+v, want %d tries", s.Card, n)
	}
}

func TestTheRightPINGivesTheTriesBack(t *testing.T) {
	w := open(t, plan{})
	w.InsertAnna()
	if r := w.Give(wrongPIN, false); r.OK || r.Tries == nil || *r.Tries != 2 {
		t.Fatalf("a wrong PIN: %+v", r)
	}
	r := w.pam(attempt{lang: text.SV, typed: pin + "\n"})
	w.wantPAM(r, pamSuccess)
	w.wantText(r, text.PAMTriesLeft(text.SV, 2))
	w.Must(w.API.Lock(t.Context()))
	w.AwaitReopened()
	w.wantTries(3)
}

// openAtLastTry is a world with anna's card in, which takes one more wrong PIN.
func openAtLastTry(t *testing.T) (*world, *stack.Card) {
	t.Helper()
	w := open(t, plan{})
	dir := w.Issue(anna())
	card := w.Card(dir, stack.CardOptions{PIN: pin, Absent: true})
	w.Must(card.Tries(1))
	w.Must(card.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	return w, card
}

func TestTheLastTryIsSpentOnlyAfterAYes(t *testing.T) {
	for _, lang := range langs() {
		t.Run(string(lang), func(t *testing.T) {
			w, card := openAtLastTry(t)
			for _, answer := range []string{"", "nej", "no", pin} {
				r := w.pam(attempt{lang: lang, typed: answer + "\n" + pin + "\n"})
				w.wantPAM(r, pamMaxTries)
				w.wantText(r, text.PAMLastTry(lang), text.PAMProblem(lang, apitype.PINLastTry, nil))
			}
			w.wantCtl(w.login(lang, pin), ctlPINBlocked, lang, apitype.PINLastTry)
			if r := w.Give(pin, false); r.OK || r.Problem.Code != apitype.PINLastTry {
				t.Errorf("without a yes: %+v", r)
			}
			w.wantRow(audit.UnlockRefused, apitype.PINLastTry)
			w.WantVerify(card, 0)
			r := w.pam(attempt{lang: lang, typed: text.PAMYes(lang) + "\n" + pin + "\n"})
			w.wantPAM(r, pamSuccess)
			w.WantVerify(card, 1)
		})
	}
}

func TestAWrongLastTryBlocksAndNothingGoesToTheCardAfterIt(t *testing.T) {
	w, card := openAtLastTry(t)
	r := w.pam(attempt{typed: "yes\n" + wrongPIN + "\n"})
	w.wantPAM(r, pamMaxTries)
	w.WantVerify(card, 1)
	w.AwaitPhase(apitype.Refused)
	w.wantRow(audit.PINBlocked, apitype.PINBlocked)
	w.wantBlocked(card, 1)
}

// wantBlocked checks that everybody hears that the PIN is blocked, and that the card is not asked.
func (w *world) wantBlocked(card *stack.Card, verify int) {
	w.t.Helper()
	s := w.AwaitPhase(apitype.Refused)
	if problem(s, apitype.PINBlocked) == nil {
		w.t.Errorf("the snapshot says %+v", s.Problems)
	}
	for _, lang := range langs() {
		r := w.pam(attempt{lang: lang, typed: "yes\nja\n" + pin + "\n"})
		w.wantPAM(r, pamMaxTries)
		w.wantText(r, text.PAMProblem(lang, apitype.PINBlocked, nil))
		w.wantCtl(w.login(lang, pin), ctlPINBlocked, lang, apitype.PINBlocked)
	}
	if r := w.Give(pin, true); r.OK || r.Problem.Code != apitype.PINBlocked {
		w.t.Errorf("the right PIN with a yes: %+v", r)
	}
	w.wantRow(audit.UnlockRefused, apitype.PINBlocked)
	w.WantVerify(card, verify)
}

func TestACardThatIsBlockedAlreadyIsRefusedUnasked(t *testing.T) {
	w := open(t, plan{})
	card := w.Card(w.Issue(anna()), stack.CardOptions{PIN: pin, Absent: true})
	w.Must(card.Tries(0))
	w.Must(card.Insert())
	w.wantBlocked(card, 0)
}

func TestWhatCannotBeAPINNeverReachesTheCard(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	for name, typed := range map[string]string{
		"short":               "735",
		"long":                strings.Repeat("7", 17),
		"longer than any":     strings.Repeat("7", 300),
		"with a letter":       "73518a",
		"with a space":        "735 182",
		"with other digits":   "٧٣٥١٨٢",
		"with a NUL":          "735\x00182",
		"with a control byte": "735182\x1b",
	} {
		for _, lang := range langs() {
			r := w.pam(attempt{lang: lang, typed: typed + "\n"})
			if !strings.Contains(typed, "\x00") { // pamtester's own reader ends there
				w.wantText(r, text.PAMProblem(lang, apitype.PINLength, nil))
			}
			w.wantPAM(r, pamAuthErr)
			w.wantCtl(w.login(lang, typed), ctlPINWrong, lang, apitype.PINLength)
		}
		if w.WantVerify(card, 0); t.Failed() {
			t.Fatalf("a PIN that is %s", name)
		}
	}
	w.wantRow(audit.UnlockRefused, apitype.PINLength)
	w.wantTries(3)
}

func TestAnEmptyPINIsNoAttempt(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	for _, lang := range langs() {
		r := w.pam(attempt{lang: lang, typed: "\n"})
		w.wantPAM(r, pamAuthErr)
		w.wantText(r, text.PAMProblem(lang, apitype.PINCancelled, nil))
		w.wantCtl(w.login(lang, ""), ctlPINWrong, lang, apitype.PINLength)
	}
	if r := w.Give("", false); r.OK || r.Problem.Code != apitype.PINLength {
		t.Errorf("an empty PIN: %+v", r)
	}
	w.WantVerify(card, 0)
}

func TestAPromptThatIsClosedIsNoAttempt(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	r := w.pam(attempt{lang: text.SV}) // the end of the input is a conversation error (misc_conv(3))
	w.wantPAM(r, pamAuthErr)
	w.wantText(r, text.PAMProblem(text.SV, apitype.PINCancelled, nil))
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN {
		t.Errorf("the phase is %s", s.Phase)
	}
	w.WantVerify(card, 0)
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamSuccess)
}

func TestAnInterruptAtTheTerminalIsNoAttempt(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	for _, lang := range langs() {
		person, screen, err := pty.Open()
		w.Must(err)
		defer func() { _ = person.Close() }()
		c := w.command(lang, "", "login")
		c.Path, c.Args = "setsid", append([]string{"--ctty", c.Path}, c.Args...)
		c.Stdin, c.Stdout = screen, screen
		p := w.Start(c)
		w.Must(screen.Close())
		awaitPrompt(t, person, text.Ctl(lang, text.CtlPrompt, "Anna Test"))
		w.Must(p.Signal(syscall.SIGINT))
		if _, err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := stack.Result{Stderr: p.Stderr(), Code: p.Code()}
		w.wantCtl(r, ctlFailed, lang, apitype.PINCancelled)
	}
	w.WantVerify(card, 0)
}

// awaitPrompt reads a screen up to the prompt.
func awaitPrompt(t *testing.T, screen interface{ Read([]byte) (int, error) }, prompt string) {
	t.Helper()
	var seen bytes.Buffer
	for chunk := make([]byte, 256); !strings.Contains(seen.String(), prompt); {
		n, err := screen.Read(chunk)
		if err != nil {
			t.Fatalf("waiting for %q: %v; the screen shows %q", prompt, err, seen.String())
		}
		seen.Write(chunk[:n])
	}
}
