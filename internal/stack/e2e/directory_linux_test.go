package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/directorylab"
	"siths-agent/internal/stack"
)

// phonebook is a world whose people are known to a directory only.
type phonebook struct {
	*world
	slapd   *directorylab.Slapd
	running *stack.Proc
}

// directoryPolicy asks the directory of a phonebook.
const directoryPolicy = `[identity]
sources = ["ldap"]
[identity.ldap]
uri = %q
base = %q
filter = %q
attribute = %q
ca = %q
bind = %q
`

// openPhonebook makes a world with a directory whose certificate is of that name. more goes on in the directory's policy.
func openPhonebook(t *testing.T, name, more string, people ...directorylab.Person) *phonebook {
	t.Helper()
	w := openWithoutAgent(t, plan{})
	authority, err := directorylab.NewAuthority()
	w.Must(err)
	dir := w.Path("slapd")
	w.Must(os.Mkdir(dir, 0o755))
	s, err := directorylab.NewSlapd(t.Context(), dir, authority, name, [2]int{389, 636}, people...)
	w.Must(err)
	secret, err := s.WriteSecret()
	w.Must(err)
	p := &phonebook{world: w, slapd: s}
	p.startDirectory()
	w.Serve(stack.AgentOptions{Accounts: map[string]string{}, Policy: fmt.Sprintf(directoryPolicy, s.LDAP, directorylab.Base,
		directorylab.Filter, directorylab.Account, dir+"/ca.pem", secret) + more})
	return p
}

func (p *phonebook) startDirectory() {
	p.t.Helper()
	path, args := p.slapd.Command()
	p.running = p.Start(stack.Cmd{Path: path, Args: args})
	p.AwaitThat("the directory to listen", p.slapd.Listens)
}

func (p *phonebook) stopDirectory() {
	p.t.Helper()
	p.running.Kill()
	<-p.running.Done()
	p.Must(os.RemoveAll(p.slapd.Dir + "/slapd.pid"))
}

// wantReason checks that a card is refused, and how the audit log tells why.
func (p *phonebook) wantReason(code apitype.Code, reason string) {
	p.t.Helper()
	p.AwaitPhase(apitype.Refused)
	if row := p.wantRow(audit.CardRefused, code); !strings.Contains(row.Reason, reason) {
		p.t.Errorf("the row says %q, want %q", row.Reason, reason)
	}
}

// entry is a person of the directory.
func entry(id string, accounts ...string) directorylab.Person {
	return directorylab.Person{HSAIDs: []string{id}, Accounts: accounts}
}

func TestACardWhoseHolderOnlyTheDirectoryKnowsUnlocks(t *testing.T) {
	p := openPhonebook(t, "127.0.0.1", "", entry(annasID, "anna"), entry(bobsID, "bob"))
	card := p.InsertAnna()
	p.wantPAM(p.pam(attempt{typed: pin + "\n"}), pamSuccess)
	if s := p.AwaitPhase(apitype.Unlocked); s.Holder.Account != "anna" {
		t.Errorf("the account is %q", s.Holder.Account)
	}
	p.WantVerify(card, 1)
	m, err := p.API.Admap(t.Context())
	if err != nil || m.Directory != apitype.HeldAbsent || !strings.HasPrefix(m.Mapping, "X509:<I>C=SE,") {
		t.Errorf("the mapping is %+v, %v", m, err)
	}
}

func TestWithoutTheDirectoryItsLastAnswerCountsUntilItsAge(t *testing.T) {
	p := openPhonebook(t, "127.0.0.1", "max_age = \"1h\"\n", entry(annasID, "anna"))
	card := p.InsertAnna()
	p.stopDirectory()
	p.Must(card.Remove())
	p.restartWith(func(string) error { return nil })
	p.Must(card.Insert())
	p.AwaitPhase(apitype.NeedPIN)
	p.Unlock()
	p.Must(card.Remove())
	p.restartWith(func(file string) error { return ageAnswers(file, time.Hour) })
	p.Must(card.Insert())
	p.wantReason(apitype.NetworkDown, "directory: unreachable")
}

// restartWith starts the service again, after something has been done to the directory's last answers.
func (p *phonebook) restartWith(change func(file string) error) {
	p.t.Helper()
	p.AwaitPhase(apitype.NoCard)
	p.Must(p.Service.Stop())
	p.Must(change(p.Service.State() + "/directory.json"))
	p.Must(p.Service.Start())
	p.AwaitPhase(apitype.NoCard)
}

// ageAnswers makes the answers on disk that much older.
func ageAnswers(file string, by time.Duration) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	parts := strings.SplitAfter(string(text), `"at":"`)
	for i, part := range parts[1:] {
		stamp, rest, _ := strings.Cut(part, `"`)
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil {
			return err
		}
		parts[i+1] = at.Add(-by).Format(time.RFC3339Nano) + `"` + rest
	}
	return os.WriteFile(file, []byte(strings.Join(parts, "")), 0o600)
}

func TestADirectoryThatDoesNotNameOnePersonOpensNothing(t *testing.T) {
	for name, c := range map[string]struct {
		people []directorylab.Person
		reason string
	}{
		"nobody":           {[]directorylab.Person{entry(bobsID, "bob")}, "no source knows"},
		"two entries":      {[]directorylab.Person{entry(annasID, "anna"), entry(annasID, "anna")}, "more than one entry"},
		"two accounts":     {[]directorylab.Person{entry(annasID, "anna", "bob")}, "more than one account"},
		"in another case":  {[]directorylab.Person{entry(strings.ToLower(annasID), "anna")}, "does not hold the HSA-id"},
		"with a newline":   {[]directorylab.Person{entry(annasID, "anna\nroot")}, "cannot be an account's"},
		"with a NUL":       {[]directorylab.Person{entry(annasID, "anna\x00")}, "cannot be an account's"},
		"with a homoglyph": {[]directorylab.Person{entry(annasID, "аnna")}, "cannot be an account's"}, // Cyrillic а
		"the superuser":    {[]directorylab.Person{entry(annasID, "root")}, "only the table"},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPhonebook(t, "127.0.0.1", "", c.people...)
			card := p.InsertDir(p.Issue(anna()))
			p.wantReason(apitype.PersonUnmapped, c.reason)
			p.WantVerify(card, 0)
		})
	}
}

func TestADirectoryOfAnotherNameIsNotBelieved(t *testing.T) {
	p := openPhonebook(t, "dc.elsewhere.test", "", entry(annasID, "anna"))
	card := p.InsertDir(p.Issue(anna()))
	p.wantReason(apitype.ConfigInvalid, "directory: bad-tls")
	p.WantVerify(card, 0)
}

func TestADirectoryThatDoesNotAnswerIsGivenUp(t *testing.T) {
	p := openPhonebook(t, "127.0.0.1", "", entry(annasID, "anna"))
	p.Must(p.running.Signal(syscall.SIGSTOP))
	begun := time.Now()
	card := p.InsertDir(p.Issue(anna()))
	p.wantReason(apitype.NetworkDown, "directory: late")
	took := time.Since(begun)
	t.Logf("refused %s after the card was put in", took.Round(time.Millisecond))
	p.WantVerify(card, 0)
}
