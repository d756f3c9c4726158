package e2e

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

// twoPINs is a card that shows as one token for each of its PINs.
func twoPINs() stack.CardOptions { return stack.CardOptions{Profile: "pkcs15", PIN: pin} }

// insert puts a card in and waits until its PIN is asked for.
func (w *world) insert(p testpki.Person, o stack.CardOptions) *stack.Card {
	w.t.Helper()
	card := w.Card(w.Issue(p), o)
	w.AwaitPhase(apitype.NeedPIN)
	return card
}

// wantUntouched checks that the PIN for signatures has been left alone.
func (w *world) wantUntouched(card *stack.Card) {
	w.t.Helper()
	if s := w.Stat(card); s.SignTries != 3 || s.PUKTries != 10 || s.SignPUKTries != 10 {
		w.t.Errorf("the other codes were tried: %+v", s)
	}
}

func TestACardOfTwoTokensUnlocksAndLocks(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	card := d.insert(anna(), twoPINs())
	d.loginAsAnna()
	if s := d.Stat(card); s.Verify != 1 || s.Sign != 1 {
		t.Errorf("the card has counted %+v", s)
	}
	d.wantUntouched(card)
	d.Must(card.Remove())
	d.awaitLock()
	d.AwaitPhase(apitype.NoCard)
}

func TestAWrongPINForACardOfTwoTokensCostsOneTryOfThatPIN(t *testing.T) {
	w := open(t, plan{})
	card := w.insert(anna(), twoPINs())
	if r := w.Give(wrongPIN, false); r.OK || r.Problem.Code != apitype.PINWrong {
		t.Fatalf("a wrong PIN: %+v", r)
	}
	if s := w.Stat(card); s.Verify != 1 || s.Tries != 2 {
		t.Errorf("the card has counted %+v", s)
	}
	w.wantUntouched(card)
	w.Unlock()
	w.wantUntouched(card)
	w.Must(w.API.Lock(t.Context()))
	w.AwaitReopened()
	w.Unlock()
	w.WantVerify(card, 3)
}

func TestThePINForSignaturesOpensNothing(t *testing.T) {
	w := open(t, plan{})
	card := w.insert(anna(), stack.CardOptions{Profile: "pkcs15", PIN: pin, SignPIN: wrongPIN})
	if r := w.Give(wrongPIN, false); r.OK || r.Problem.Code != apitype.PINWrong {
		t.Fatalf("the PIN for signatures: %+v", r)
	}
	if s := w.Stat(card); s.Tries != 2 || s.Sign != 0 {
		t.Errorf("the card has counted %+v", s)
	}
	w.wantUntouched(card)
}

func TestACardOfTwoTokensThatMisbehavesOpensNothing(t *testing.T) {
	for _, c := range []struct {
		fault string
		code  apitype.Code
	}{{"other-key", apitype.CertKeyMismatch}, {"broken-signature", apitype.CertKeyMismatch}, {"chosen-nonce", apitype.CertKeyMismatch}} {
		t.Run(c.fault, func(t *testing.T) {
			w := open(t, plan{})
			card := w.insert(anna(), twoPINs())
			w.Must(card.Fault(c.fault))
			if r := w.Give(pin, false); r.OK || r.Problem.Code != c.code {
				t.Errorf("it came to %+v, %+v", r, r.Problem)
			}
			w.wantUntouched(card)
			w.Must(card.Clear())
			w.Must(card.Remove())
			w.AwaitPhase(apitype.NoCard)
			w.Must(card.Insert())
			w.AwaitPhase(apitype.NeedPIN)
			w.Unlock()
		})
	}
}

// TestACardOfTwoTokensThatChangesUnseenLocks needs the card to be asked itself: OpenSC's driver of such cards remembers the
// login, and would say that it is still there.
func TestACardOfTwoTokensThatChangesUnseenLocks(t *testing.T) {
	for _, fault := range []string{"swapped", "reset"} {
		t.Run(fault, func(t *testing.T) {
			d := openDesktop(t, stack.AgentOptions{Policy: "[session]\nidentity_heartbeat = \"1s\"\n"})
			card := d.insert(anna(), twoPINs())
			d.loginAsAnna()
			var args []string
			if fault == "swapped" {
				args = []string{d.Issue(bob())}
			}
			d.Must(card.Fault(fault, args...))
			d.awaitLock()
			d.wantUntouched(card)
		})
	}
}

func TestACardWithTwentyCertificatesUnlocksInEitherLayout(t *testing.T) {
	for _, profile := range []string{"idprime", "pkcs15"} {
		t.Run(profile, func(t *testing.T) {
			w := open(t, plan{})
			own, err := w.PKI.IssueCard(testpki.Person{Personnummer: "191212121212"})
			w.Must(err)
			for range 16 {
				own.Issuers = append(own.Issuers, w.PKI.CA(testpki.Root))
			}
			card := w.Card(w.Write(own), stack.CardOptions{Profile: profile, PIN: pin})
			if s := w.AwaitPhase(apitype.NeedPIN); s.Holder == nil || s.Holder.HSAID != annasID {
				t.Errorf("the holder is %+v", s.Holder)
			}
			w.Unlock()
			w.WantVerify(card, 1)
		})
	}
}

const (
	annasSignPIN = "518264"
	annasSignPUK = "60182734"
)

func TestEachPINOfACardOfTwoTokensIsCaredFor(t *testing.T) {
	w := open(t, plan{})
	card := w.insert(anna(), stack.CardOptions{Profile: "pkcs15", PIN: pin, SignPIN: annasSignPIN, PUK: puk, SignPUK: annasSignPUK})
	for _, c := range []struct {
		name         string
		req          apitype.CareRequest
		proof, fresh string
		code         apitype.Code
		tries        [4]int // afterwards: PIN, PIN for signatures, and their PUKs
	}{
		{"a wrong PIN for signatures", apitype.CareRequest{Sign: true}, wrongPIN, newPIN, apitype.PINWrong, [4]int{3, 2, 10, 10}},
		{"the PIN to log in with instead", apitype.CareRequest{Sign: true}, pin, newPIN, apitype.PINWrong, [4]int{3, 1, 10, 10}},
		{"the PIN for signatures", apitype.CareRequest{Sign: true, LastTry: true}, annasSignPIN, newPIN, "", [4]int{3, 3, 10, 10}},
		{"the other PUK", apitype.CareRequest{Sign: true, Unblock: true}, puk, annasSignPIN, apitype.PUKWrong, [4]int{3, 3, 10, 9}},
		{"the PUK for signatures", apitype.CareRequest{Sign: true, Unblock: true}, annasSignPUK, annasSignPIN, "", [4]int{3, 3, 10, 10}},
		{"the PIN to log in with", apitype.CareRequest{}, pin, newPIN, "", [4]int{3, 3, 10, 10}},
		{"the PUK to log in with", apitype.CareRequest{Unblock: true}, puk, pin, "", [4]int{3, 3, 10, 10}},
	} {
		w.AwaitReopened()
		w.wantCare(w.care(c.req, c.proof, c.fresh), c.code)
		s := w.Stat(card)
		if got := [4]int{s.Tries, s.SignTries, s.PUKTries, s.SignPUKTries}; got != c.tries {
			t.Errorf("%s: the tries are %v, want %v", c.name, got, c.tries)
		}
	}
	w.AwaitReopened()
	w.Unlock()
}
