package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
)

const (
	puk      = "40718263" // its digits stand nowhere else
	wrongPUK = "91827364"
	newPIN   = "260947"
)

// callCare is the caller that changes ("change INSERTION") or unblocks a PIN with the two codes of its input.
func callCare(socket, what, insertion string) error {
	n, err := strconv.ParseUint(insertion, 10, 64)
	if err != nil {
		return err
	}
	typed, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	proof, fresh, _ := bytes.Cut(typed, []byte("\n"))
	api := client.Client{Socket: socket}
	result, err := api.Care(context.Background(), apitype.CareRequest{Insertion: n, Unblock: what == "unblock", LastTry: true}, proof, fresh)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// insertCared puts in a card of anna's whose PUK is known, with so many tries left.
func (w *world) insertCared(tries int) *stack.Card {
	w.t.Helper()
	card := w.Card(w.Issue(anna()), stack.CardOptions{PIN: pin, PUK: puk, Absent: true})
	w.Must(card.Tries(tries))
	w.Must(card.Insert())
	phase := apitype.NeedPIN
	if tries == 0 {
		phase = apitype.Refused
	}
	w.AwaitPhase(phase)
	return card
}

// care asks for card care of the card that is in, as root.
func (w *world) care(req apitype.CareRequest, proof, fresh string) apitype.PINResult {
	w.t.Helper()
	req.Insertion = w.Snapshot().Card.Insertion
	r, err := w.API.Care(w.t.Context(), req, []byte(proof), []byte(fresh))
	w.Must(err)
	return r
}

// wantCare checks how a care ended: code "" is a change that was made.
func (w *world) wantCare(r apitype.PINResult, code apitype.Code) {
	w.t.Helper()
	if r.OK != (code == "") || !r.OK && (r.Problem == nil || r.Problem.Code != code) {
		w.t.Errorf("got %+v (%v), want %q", r, r.Problem, code)
	}
}

// spent is what card care has cost a card.
type spent struct{ verify, change, unblock, pinTries, pukTries int }

func (w *world) wantSpent(card *stack.Card, want spent) {
	w.t.Helper()
	s := w.Stat(card)
	if got := (spent{s.Verify, s.Change, s.Unblock, s.Tries, s.PUKTries}); got != want {
		w.t.Errorf("the card has counted %+v, want %+v", got, want)
	}
}

func TestAChangedPINUnlocksAndTheOldOneDoesNot(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(3)
	r := w.care(apitype.CareRequest{}, wrongPIN, newPIN)
	w.wantCare(r, apitype.PINWrong)
	if r.Tries == nil || *r.Tries != 2 {
		t.Errorf("%+v", r)
	}
	w.wantSpent(card, spent{verify: 1, pinTries: 2, pukTries: 10})
	w.AwaitReopened()
	w.wantTries(2)
	w.wantCare(w.care(apitype.CareRequest{}, pin, newPIN), "")
	w.wantSpent(card, spent{verify: 2, change: 1, pinTries: 3, pukTries: 10})
	w.AwaitReopened()
	if r := w.Give(pin, false); r.OK || r.Problem.Code != apitype.PINWrong {
		t.Errorf("the old PIN: %+v", r)
	}
	if r := w.Give(newPIN, false); !r.OK {
		t.Errorf("the new PIN: %+v", r.Problem)
	}
	w.wantRow(audit.PINChanged, "")
	w.wantRow(audit.PINChangeRefused, apitype.PINWrong)
}

func TestALoginOutlivesAChangeAndNotAWrongOldPIN(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(3)
	w.Unlock()
	w.wantCare(w.care(apitype.CareRequest{}, pin, newPIN), "")
	w.wantCare(w.care(apitype.CareRequest{}, newPIN, pin), "")
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("after a change the phase is %s", s.Phase)
	}
	w.wantCare(w.care(apitype.CareRequest{}, wrongPIN, newPIN), apitype.PINWrong)
	if s := w.AwaitReopened(); s.Phase != apitype.Locked {
		t.Errorf("after a wrong old PIN the phase is %s", s.Phase)
	}
	w.wantSpent(card, spent{verify: 4, change: 2, pinTries: 2, pukTries: 10})
}

func TestABlockedCardIsUnblockedWithItsPUKAlone(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(0)
	w.wantCare(w.care(apitype.CareRequest{}, pin, newPIN), apitype.PINBlocked)
	w.wantSpent(card, spent{pukTries: 10})
	w.wantCare(w.care(apitype.CareRequest{Unblock: true}, wrongPUK, newPIN), apitype.PUKWrong)
	w.wantSpent(card, spent{unblock: 1, pukTries: 9})
	w.AwaitPhase(apitype.Refused)
	w.wantCare(w.care(apitype.CareRequest{Unblock: true}, puk, newPIN), "")
	w.wantSpent(card, spent{unblock: 2, pinTries: 3, pukTries: 10})
	w.AwaitPhase(apitype.NeedPIN)
	if r := w.Give(newPIN, false); !r.OK {
		t.Errorf("the new PIN: %+v", r.Problem)
	}
	w.wantRow(audit.PINUnblocked, "")
	w.wantRow(audit.PINChangeRefused, apitype.PUKWrong)
}

func TestACardWhosePUKIsBlockedIsDeadAndSaysSo(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(0)
	if answer, err := card.Command("tries puk 1"); err != nil || answer != "ok" {
		t.Fatal(answer, err)
	}
	w.wantCare(w.care(apitype.CareRequest{Unblock: true}, wrongPUK, newPIN), apitype.PUKBlocked)
	w.AwaitPhase(apitype.Refused)
	w.wantCare(w.care(apitype.CareRequest{Unblock: true}, puk, newPIN), apitype.PUKBlocked)
	if s := w.AwaitPhase(apitype.Refused); problem(s, apitype.PINBlocked) == nil {
		t.Errorf("the snapshot says %+v", s.Problems)
	}
}

func TestAnotherUserCannotCareForTheCard(t *testing.T) {
	for name, tries := range map[string]int{"usable": 3, "blocked": 0} {
		t.Run(name, func(t *testing.T) {
			w := open(t, plan{})
			card := w.insertCared(tries)
			insertion := strconv.FormatUint(w.Snapshot().Card.Insertion, 10)
			for what, proof := range map[string]string{"change": pin, "unblock": puk} {
				var r apitype.PINResult
				w.Must(json.Unmarshal([]byte(w.as("bob", proof+"\n"+newPIN, what, insertion).Stdout), &r))
				w.wantCare(r, apitype.PersonWrongSession)
			}
			w.wantSpent(card, spent{pinTries: tries, pukTries: 10})
			var r apitype.PINResult
			w.Must(json.Unmarshal([]byte(w.as("anna", puk+"\n"+newPIN, "unblock", insertion).Stdout), &r))
			w.wantCare(r, "")
		})
	}
}

func TestACardThatLeavesInAnUnblockEndsIt(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(0)
	w.Must(card.Fault("slow", "300ms"))
	given := make(chan apitype.PINResult, 1)
	go func() { given <- w.care(apitype.CareRequest{Unblock: true}, puk, newPIN) }()
	w.AwaitPhase(apitype.Verifying)
	w.Must(card.Remove())
	r := <-given
	if r.OK || r.Problem.Code != apitype.CardNone && r.Problem.Code != apitype.CardUnreadable {
		t.Fatalf("got %+v (%v)", r, r.Problem) // which of the two depends on who notices first
	}
	w.AwaitPhase(apitype.NoCard)
	w.wantRow(audit.PINChangeRefused, r.Problem.Code)
}

func TestTheCodeForSignaturesIsCaredForByItself(t *testing.T) {
	w := open(t, plan{})
	card := w.insert(anna(), stack.CardOptions{Profile: "pkcs15", PIN: pin, SignPIN: "614305", SignPUK: puk})
	w.Unlock()
	sign := apitype.CareRequest{Sign: true, LastTry: true}
	w.wantCare(w.care(sign, "614305", newPIN), "")
	for range 2 {
		w.wantCare(w.care(sign, wrongPIN, newPIN), apitype.PINWrong)
	}
	w.wantCare(w.care(sign, wrongPIN, newPIN), apitype.PINBlocked)
	if s := w.Snapshot(); s.Card.PIN.Sign == nil || s.Card.PIN.Sign.Tries != 0 {
		t.Errorf("the card's codes are %+v", s.Card.PIN)
	}
	sign.Unblock = true
	w.wantCare(w.care(sign, wrongPUK, newPIN), apitype.PUKWrong)
	w.wantCare(w.care(sign, puk, newPIN), "")
	if s := w.Stat(card); s.Tries != 3 || s.PUKTries != 10 || s.SignTries != 3 || s.SignPUKTries != 10 {
		t.Errorf("the card has counted %+v", s)
	}
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("the phase is %s", s.Phase)
	}
}

func TestACardWithOnePINHasNoneForSignaturesToCareFor(t *testing.T) {
	w := open(t, plan{})
	card := w.insertCared(3)
	for _, unblock := range []bool{false, true} {
		w.wantCare(w.care(apitype.CareRequest{Sign: true, Unblock: unblock}, puk, newPIN), apitype.PINUnsupported)
		w.AwaitReopened()
	}
	w.wantSpent(card, spent{pinTries: 3, pukTries: 10})
}
