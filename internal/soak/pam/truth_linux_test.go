package pam

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/testpki"
)

// The HSA-ids of further cards, and who they are here.
const (
	highsID  = "SE2321000131-P000000000004"
	rootsID  = "SE2321000131-P000000000005"
	nobodyID = "SE2321000131-P000000000009"
)

// day is how far the certificates that are out of date are out of it.
const day = 24 * time.Hour

func accounts() map[string]string {
	return map[string]string{workplace.AnnasID: "anna", workplace.BobsID: "bob", highsID: "high", rootsID: "root"}
}

func TestNoCauseInNoStackOpensWithoutTheAgentsProof(t *testing.T) {
	tb := &table{rows: map[string]map[string]string{}}
	t.Run("causes", func(t *testing.T) {
		for name, play := range map[string]func(*testing.T, *table){
			"a card": aCard, "the last try": theLastTry, "cards that are refused": refusedCards, "nothing to read": nothingToRead,
			"a full disk": fullDisk, "no service": noService, "false services": falseServices, "false helpers": falseHelpers,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, tb)
			})
		}
	})
	tb.compare(t)
	soak.Report(t, soak.Row{ID: "4.30", Name: "PAM truth table: causes × stacks, real service or scripted one", Asked: "≥ 256 combinations, 0 bypasses",
		Found:  fmt.Sprintf("%d combinations of %d causes and %d stacks, 0 bypasses, no code outside of the contract", tb.cells, len(tb.rows), len(shapes())+1),
		Missed: tb.cells < 256, Command: "make soak ONLY=TestNoCauseInNoStack"})
}

// scene is the door as a place for attempts.
func (d *door) scene(tb *table) *scene {
	return &scene{t: d.t, table: tb, lab: d.Lab.Lab, place: d.place, socket: d.API.Socket, meddler: d.place.Library(d.t, "meddler")}
}

// tryAll tries causes and holds against the audit log that each success of the module has its unlock.
func (d *door) tryAll(tb *table, causes []cause) {
	d.t.Helper()
	s := d.scene(tb)
	before := d.count(audit.UnlockGranted)
	for _, c := range causes {
		s.try(c)
	}
	if got := d.count(audit.UnlockGranted) - before - d.given; got < s.successes || got > s.successes+s.proved {
		d.t.Errorf("%d unlocks are on record, %d attempts were let in by the module and %d may have been proved", got, s.successes, s.proved)
	}
}

func aCard(t *testing.T, tb *table) {
	d := open(t, workplace.Plan{Service: stack.AgentOptions{Accounts: accounts()}})
	card := d.InsertAnna()
	d.tryAll(tb, slices.Concat(typedCauses(func() { d.Give(pin, false); d.given++ }), namedCauses()))
	if s := d.Snapshot(); s.Card == nil || s.Card.PIN.Auth.Tries < 2 {
		t.Errorf("the card is %+v", s.Card)
	}
	d.WantVerify(card, d.count(audit.UnlockGranted)+d.count(audit.PINWrong)) // nothing else that was typed was for a card
}

// typedCauses are what a person may type, or not.
func typedCauses(full func()) []cause {
	all := []cause{
		{name: "the right PIN", words: []string{"type=" + pin}, code: pamtest.Success},
		{name: "the right PIN, in silence", words: []string{"silent", "type=" + pin}, code: pamtest.Success},
		{name: "the right PIN, without empty ones", words: []string{"nullok=no", "type=" + pin}, code: pamtest.Success},
		{name: "a wrong PIN", words: []string{"type=" + wrongPIN}, code: pamtest.AuthErr, prepare: full},
		{name: "a wrong PIN, in silence", words: []string{"silent", "type=" + wrongPIN}, code: pamtest.AuthErr, prepare: full},
		{name: "a wrong PIN, then the right one", words: []string{"type=" + wrongPIN, "type=" + pin}, code: pamtest.AuthErr, prepare: full},
		{name: "the right PIN twice", words: []string{"type=" + pin + pin}, code: pamtest.AuthErr, prepare: full},
		{name: "the helper killed at the prompt", words: []string{"slay=" + pin}, code: pamtest.SystemErr},
		{name: "helper and supervisor killed at the prompt", words: []string{"slayall=" + pin}, code: pamtest.SystemErr},
		{name: "no conversation", words: []string{"noconv"}, code: pamtest.AuthErr},
		{name: "a conversation without answers", words: []string{"nothing"}, code: pamtest.AuthErr},
		{name: "a prompt cancelled", words: []string{"refuse"}, code: pamtest.AuthErr},
		{name: "a prompt answered with NULL", words: []string{"null"}, code: pamtest.AuthErr},
	}
	for name, typed := range map[string]string{
		"an empty PIN": "", "an empty PIN and a line feed": "\n", "a PIN of one digit": "1", "a PIN of three digits": "735",
		"a PIN of 65 digits": digits(65), "a PIN of 300 digits": digits(300), "a PIN of 512 digits": digits(512),
		"a PIN in UTF-8": "sjörök", "a PIN in full-width digits": "７３５１８２", "the right PIN and a blank": pin + " ",
		"the right PIN and a carriage return": pin + "\r", "a PIN of control bytes": "\x01\x7f\xff\xfe\x1b",
	} {
		all = append(all, cause{name: name, words: []string{"type=" + typed}, code: pamtest.AuthErr})
	}
	all = append(all, cause{name: "a PIN beyond PAM's limit", words: []string{"type=" + digits(513)}, code: pamtest.SystemErr})
	// The application's own errors (security/_pam_types.h): PAM_OPEN_ERR to the last one.
	for code := 1; code < 32; code += soak.Size(6, 1) {
		all = append(all, cause{name: fmt.Sprintf("a conversation that returns %02d", code), words: []string{fmt.Sprint("error=", code)}, code: pamtest.AuthErr})
	}
	return all
}

func digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + i%10)
	}
	return string(b)
}

// namedCauses are whom the login may be for, with anna's card in the reader and her PIN typed.
func namedCauses() []cause {
	typed := []string{"type=" + pin}
	all := []cause{
		{name: "nobody named, anna typed", user: "-", words: []string{"type=anna", "type=" + pin}, code: pamtest.Success},
		{name: "nobody named, root typed", user: "-", words: []string{"type=root", "type=" + pin}, code: pamtest.AuthErr},
		{name: "nobody named, nothing typed", user: "-", words: []string{"type=", "type=" + pin}, code: pamtest.AuthErr},
		{name: "nobody named, the question refused", user: "-", words: []string{"refuse", "type=" + pin}, code: pamtest.AuthErr},
		{name: "an empty name, nothing typed", user: empty, words: []string{"type=", "type=" + pin}, code: pamtest.AuthErr},
		{name: "the name from the card", user: "-", words: typed, options: "user=card", code: pamtest.Success},
		{name: "the name from the card, changed to root", user: "-", words: []string{"become=root", "type=" + pin}, options: "user=card", code: pamtest.AuthErr, proves: true},
		{name: "another module changed it to root before", words: typed, ahead: "auth required MEDDLER now=root", code: pamtest.AuthErr},
		{name: "another module changes it to root while asking", words: typed, ahead: "auth required MEDDLER asked=root", code: pamtest.AuthErr, proves: true},
		{name: "another module changes it to Anna while asking", words: typed, ahead: "auth required MEDDLER asked=Anna", code: pamtest.AuthErr, proves: true},
		{name: "another module changes it to what it is", words: typed, ahead: "auth required MEDDLER asked=anna", code: pamtest.Success},
		{name: "bob's login, changed to anna while asking", user: "bob", words: typed, ahead: "auth required MEDDLER asked=anna", code: pamtest.AuthErr},
		{name: "an option that is not known", words: typed, options: "debug", code: pamtest.SystemErr},
	}
	for _, other := range []string{"root", "Anna", "bob", "anna ", "anna2"} {
		all = append(all, cause{name: fmt.Sprintf("anna's login, changed to %q by the application", other), words: []string{"become=" + other, "type=" + pin}, code: pamtest.AuthErr, proves: true})
	}
	for _, user := range []string{
		"root", "bob", "high", "carol", "Anna", "ANNA", "anna ", " anna", "root\n", "anna\n", "anna\t", "an\x1bna", "anna\x7f", "ånna", "anna\xff", "0", "#61001",
		"anna/../root", digits(256), digits(257), digits(300),
	} {
		name := fmt.Sprintf("a login as %q", user)
		if len(user) > 200 {
			name = fmt.Sprintf("a login as somebody of %d letters", len(user))
		}
		code := pamtest.AuthErr
		if user == "anna\xff" { // no text at all: the helper takes it for a broken module
			code = pamtest.SystemErr
		}
		all = append(all, cause{name: name, user: user, words: typed, code: code})
	}
	return all
}

// atLastTry is a card that takes one more wrong PIN, put in anew when it is asked for.
func (d *door) atLastTry(dir string) func() {
	card := d.Card(dir, stack.CardOptions{PIN: pin, Absent: true})
	return func() {
		d.t.Helper()
		d.Must(card.Remove())
		d.AwaitPhase(apitype.NoCard)
		d.Must(card.Tries(1))
		d.Must(card.Insert())
		d.AwaitPhase(apitype.NeedPIN)
	}
}

func theLastTry(t *testing.T, tb *table) {
	d := open(t, workplace.Plan{})
	again := d.atLastTry(d.Issue(workplace.Anna()))
	again()
	var causes []cause
	for name, words := range map[string][]string{
		"not agreed to": {"type=no", "type=" + pin}, "answered with nothing": {"type=", "type=" + pin}, "answered with the PIN": {"type=" + pin, "type=" + pin},
		"cancelled": {"refuse", "type=" + pin}, "answered with NULL": {"null", "type=" + pin},
		"answered by an error": {"error=5", "type=" + pin}, "answered with 512 letters": {"type=" + digits(512), "type=" + pin},
	} {
		causes = append(causes, cause{name: "the last try, " + name, words: words, code: pamtest.MaxTries})
	}
	causes = append(causes,
		cause{name: "the last try, the helper killed", words: []string{"slay=yes", "type=" + pin}, code: pamtest.SystemErr},
		cause{name: "the last try, agreed to, then cancelled", words: []string{"type=yes", "refuse"}, code: pamtest.AuthErr},
		cause{name: "the last try, agreed to, then nothing", words: []string{"type=yes", "type="}, code: pamtest.AuthErr},
		cause{name: "the last try, agreed to, the right PIN", words: []string{"type=yes", "type=" + pin}, code: pamtest.Success, prepare: again},
		cause{name: "the last try, agreed to, a wrong PIN", words: []string{"type=yes", "type=" + wrongPIN}, code: pamtest.MaxTries, prepare: again},
		cause{name: "a blocked card", words: []string{"type=yes", "type=" + pin}, code: pamtest.MaxTries},
	)
	d.tryAll(tb, causes)
}

func refusedCards(t *testing.T, tb *table) {
	d := open(t, workplace.Plan{Service: stack.AgentOptions{Accounts: accounts()}})
	typed := []string{"type=" + pin}
	for _, c := range []struct {
		person testpki.Person
		phase  apitype.Phase
		causes []cause
	}{
		{testpki.Person{HSAID: nobodyID}, apitype.Refused, []cause{
			{name: "a card of nobody here", words: typed, code: pamtest.UserUnknown},
			{name: "a card of nobody here, the name from it", user: "-", words: typed, options: "user=card", code: pamtest.UserUnknown},
		}},
		{testpki.Person{HSAID: highsID}, apitype.Refused, []cause{
			{name: "a card of an account beyond 2^31", user: "high", words: typed, code: pamtest.UserUnknown},
			{name: "a card of an account beyond 2^31, the name from it", user: "-", words: typed, options: "user=card", code: pamtest.UserUnknown},
		}},
		{testpki.Person{HSAID: rootsID}, apitype.NeedPIN, []cause{
			{name: "root's card for anna", words: typed, code: pamtest.AuthErr},
			{name: "root's card, the name from it", user: "-", words: typed, options: "user=card", code: pamtest.UserUnknown},
			{name: "root's card for root", user: "root", words: typed, code: pamtest.Success},
		}},
		{testpki.Person{Ends: -day}, apitype.Refused, []cause{{name: "an expired certificate", words: typed, code: pamtest.AuthErr}}},
		{testpki.Person{Rogue: true}, apitype.Refused, []cause{{name: "a certificate of an unknown issuer", words: typed, code: pamtest.AuthErr}}},
		{testpki.Person{Kind: testpki.ReserveLoA2}, apitype.Refused, []cause{{name: "a certificate of level 2", words: typed, code: pamtest.AuthErr}}},
		{workplace.Bob(), apitype.NeedPIN, []cause{{name: "bob's card for anna", words: typed, code: pamtest.AuthErr}}},
	} {
		card := d.InsertDir(d.Issue(c.person))
		d.AwaitPhase(c.phase)
		d.tryAll(tb, c.causes)
		card.Kill()
		d.AwaitPhase(apitype.NoCard)
	}
}

func nothingToRead(t *testing.T, tb *table) {
	d := open(t, workplace.Plan{})
	typed := []string{"type=" + pin}
	d.AwaitPhase(apitype.NoCard)
	d.tryAll(tb, []cause{
		{name: "no card", words: typed, code: pamtest.AuthinfoUnavail},
		{name: "no card, the name from it", user: "-", words: typed, options: "user=card", code: pamtest.AuthinfoUnavail},
	})
	d.Readers.Kill()
	d.AwaitPhase(apitype.NoReader)
	d.tryAll(tb, []cause{{name: "no service of the readers", words: typed, code: pamtest.AuthinfoUnavail}})
}

// fullDisk is a service that cannot write its audit log.
func fullDisk(t *testing.T, tb *table) {
	d := open(t, workplace.Plan{})
	d.Must(d.Service.Stop())
	d.run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", d.Service.State())
	t.Cleanup(func() { d.Service.Kill(); d.run("umount", d.Service.State()) })
	d.Must(d.Service.Start())
	d.InsertAnna()
	filler, err := os.Create(filepath.Join("/proc", fmt.Sprint(d.Service.PID()), "root", d.Service.State(), "filler"))
	d.Must(err)
	for err == nil {
		_, err = filler.Write(make([]byte, 1024))
	}
	d.Must(filler.Close())
	d.AwaitThat("the disk to be full", func() bool {
		d.Give("1", false)
		return workplace.ProblemOf(d.Snapshot(), apitype.AuditUnwritable) != nil
	})
	s := d.scene(tb)
	s.try(cause{name: "an audit log that cannot be written", words: []string{"type=" + pin}, code: pamtest.SystemErr})
}

// run runs a program in the workplace as root. It is used when the test has ended, too.
func (d *door) run(name string, args ...string) {
	d.t.Helper()
	r, err := d.Lab.Lab.Run(context.WithoutCancel(d.t.Context()), stack.Cmd{Path: name, Args: args})
	if err != nil || r.Code != 0 {
		d.t.Errorf("%s %v: %v %s", name, args, err, r.Stderr)
	}
}
