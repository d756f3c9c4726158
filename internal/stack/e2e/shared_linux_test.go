package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// kioskPolicy is that of a PC on a ward.
const kioskPolicy = `[session]
mode = "shared"
shared_account = "kiosk"
close_programs = ["journal", "/usr/bin/browser"]
`

// openKiosk is a shared PC with its desktop. The accounts that the table names are not on it. Each has a user number of its
// own: labs that run side by side see each other's processes.
func openKiosk(t *testing.T, uid uint32, more string) *desktop {
	t.Helper()
	people := append(stack.DefaultPeople(), stack.Person{Name: "kiosk", UID: uid})
	d := openDesktopOf(t, plan{Lab: stack.Options{People: people}, Service: stack.AgentOptions{
		Accounts: map[string]string{annasID: "anna.elsewhere", bobsID: "bob.elsewhere"}, Policy: kioskPolicy + more}}, "kiosk")
	sleep, err := exec.LookPath("sleep")
	d.Must(err)
	content, err := os.ReadFile(sleep)
	d.Must(err)
	for _, name := range []string{"journal", "notes"} {
		d.Must(stack.WriteProgram(d.Path(name), content))
	}
	return d
}

// runs starts a program on the desktop.
func (d *desktop) runs(name string) *stack.Proc {
	d.t.Helper()
	p, err := d.session.Start(d.t.Context(), stack.Cmd{Path: d.Path(name), Args: []string{"infinity"}})
	d.Must(err)
	return p
}

func isThere(p *stack.Proc) bool {
	select {
	case <-p.Done():
		return false
	default:
		return true
	}
}

// enters opens the kiosk through PAM with the card that is in, as a login screen does.
func (d *desktop) enters(typed, result string) {
	d.t.Helper()
	d.wantPAM(d.pam(attempt{user: "kiosk", typed: typed + "\n"}), result)
}

func TestASharedDesktopPassesFromOneHolderToTheNext(t *testing.T) {
	d := openKiosk(t, 61011, "")
	annas := d.InsertAnna()
	if s := d.Snapshot(); s.Holder.Name != "Anna Test" || s.Holder.Account != "kiosk" {
		t.Errorf("the holder is %+v", s.Holder)
	}
	d.enters(pin, pamSuccess)
	journal, notes := d.runs("journal"), d.runs("notes")
	annasOwn := d.Start(stack.Cmd{Path: d.Path("journal"), Args: []string{"infinity"}, As: "anna"})
	d.Must(annas.Remove())
	d.awaitLock()
	if !isThere(journal) {
		t.Error("the journal was ended before another person came")
	}
	bobs := d.Card(d.Issue(bob()), stack.CardOptions{Slot: 1, PIN: pin})
	d.AwaitPhase(apitype.NeedPIN)
	d.enters(wrongPIN, pamAuthErr)
	if !isThere(journal) {
		t.Error("a wrong PIN has ended the journal")
	}
	d.enters(pin, pamSuccess)
	if isThere(journal) || !isThere(notes) || !isThere(annasOwn) {
		t.Errorf("as bob enters the journal runs: %v, the notes: %v, anna's own journal: %v", isThere(journal), isThere(notes), isThere(annasOwn))
	}
	row := d.AwaitRow("the new holder", func(e audit.Entry) bool { return e.Event == audit.HolderChanged && e.HSAID == bobsID })
	if row.FormerHSAID != annasID || row.Account != "kiosk" || row.Reason != "ended: journal" {
		t.Errorf("the row is %+v", row.Row)
	}
	d.wantText(d.ctl("kiosk", text.EN, "", "status"), "Bob Prov")
	if r := d.ctl("anna", text.EN, "", "status", "--json"); r.Code != ctlDone || strings.Contains(r.Stdout, "Bob") || strings.Contains(r.Stdout, bobsID) {
		t.Errorf("another user sees %s", said(r))
	}
	d.WantVerify(bobs, 2)
}

func TestTheSameHolderFindsTheSharedDesktopAsItWasAlsoAfterARestart(t *testing.T) {
	d := openKiosk(t, 61012, "")
	card := d.InsertAnna()
	d.enters(pin, pamSuccess)
	journal := d.runs("journal")
	d.Must(card.Remove())
	d.awaitLock()
	d.Must(card.Insert())
	d.AwaitPhase(apitype.NeedPIN)
	d.enters(pin, pamSuccess)
	d.Must(d.Service.Stop())
	d.Must(d.Service.Start())
	d.AwaitReopened()
	d.enters(pin, pamSuccess)
	if !isThere(journal) {
		t.Error("the same holder's journal was ended")
	}
	if n := d.count(audit.HolderChanged); n != 1 {
		t.Errorf("%d rows tell of a new holder", n)
	}
	d.WantVerify(card, 3)
}

func TestASharedDesktopInItsGraceIsTheNextHoldersAfterOnePIN(t *testing.T) {
	d := openKiosk(t, 61013, "removal_grace = \"1m\"\n")
	annas := d.InsertAnna()
	d.enters(pin, pamSuccess)
	journal := d.runs("journal")
	d.Must(annas.Remove())
	d.AwaitPhase(apitype.NoCard)
	d.Card(d.Issue(bob()), stack.CardOptions{Slot: 1, PIN: pin})
	d.AwaitPhase(apitype.NeedPIN)
	d.wantLogin(pin, ctlDone)
	if s := d.Snapshot(); isThere(journal) || s.Phase != apitype.Unlocked || countingDown(s) {
		t.Errorf("the journal runs: %v; %s, %+v", isThere(journal), s.Phase, s.Session)
	}
	d.wantUntold()
}

func TestWhoIsNotKnownOpensNoSharedDesktop(t *testing.T) {
	d := openKiosk(t, 61014, "")
	stranger := bob()
	stranger.HSAID = "SE2321000131-P000000000009"
	d.InsertDir(d.Issue(stranger))
	s := d.AwaitPhase(apitype.Refused)
	if problem(s, apitype.PersonUnmapped) == nil {
		t.Errorf("the problems are %+v", s.Problems)
	}
	d.enters(pin, pamUserUnknown)
}
