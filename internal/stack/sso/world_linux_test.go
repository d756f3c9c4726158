package sso

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/apitype"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/testpki"
)

const (
	patience = workplace.Patience
	module   = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"
)

// world is a PC with a desktop session of anna's, whose computer IT has set up for single sign-on with the lab's systems.
type world struct {
	*workplace.Desk
	lab   *lab.Lab
	card  *stack.Card  // anna's, nil until it was in the reader once
	stuck atomic.Int64 // pages that did not come, and were no refusals
	tb    testing.TB
}

// open makes a world with some of the systems. Everything in it ends with the test.
func open(tb testing.TB, parts ...lab.Part) *world {
	tb.Helper()
	w := &world{Desk: workplace.OpenDesk(tb, workplace.Plan{Lab: stack.Options{People: people()}}), tb: tb}
	w.must(w.privateEtc())
	var err error
	w.lab, err = lab.Start(w.Lifetime(), lab.Options{Dir: w.Path("business"), PKI: w.PKI, Parts: parts, Ports: lab.FixedPorts(), Enter: w.Enter()})
	w.must(err)
	tb.Cleanup(w.tellServers)
	w.must(w.lab.WriteSystems(filepath.Join(filepath.Dir(w.Service.Config()), "systems.d")))
	w.must(w.Service.Reload())
	w.Await("the systems", func(s apitype.Snapshot) bool { return len(s.Systems) > 0 })
	w.setUp()
	return w
}

// people are anna and bob with numbers that they have in no other world: processes of all worlds are seen in each, and the
// service ends what browsers of a number keep. No password fits, and sshd does not take their accounts for locked ones.
func people() []stack.Person {
	const first, most = 200_000, 1_000_000
	base := first + 2*rand.Uint32N(most)
	people := stack.DefaultPeople()
	for i := range people {
		people[i].UID, people[i].PasswordHash = base+uint32(i), "*" //nolint:gosec // there are two
	}
	return people
}

// tellServers says what the servers complained about, when the test has failed.
func (w *world) tellServers() {
	for _, part := range lab.Parts() {
		if text := w.lab.Errors(part) + w.lab.Log(part); w.tb.Failed() && text != "" {
			w.tb.Logf("--- %s ---\n%s", part, text)
		}
	}
	w.lab.Close()
	_, err := w.Lab.Lab.Run(w.Lifetime(), stack.Cmd{Path: "umount", Args: []string{"--lazy", "--recursive", "/etc"}})
	w.must(err)
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// private makes a folder that stands for the computer's own where settings are written: its /etc is the world's, a copy of
// the one that is there, and its programs are those that are there.
const private = `mkdir "$0"
cp -a /etc "$0/"
ln -s /usr "$0/usr"
mount --bind "$0/etc" /etc`

// privateEtc gives the world an /etc of its own. What is written beside it goes to the same folder, never to the machine.
func (w *world) privateEtc() error {
	r, err := w.Lab.Lab.Run(w.tb.Context(), stack.Cmd{Path: "/bin/sh", Args: []string{"-ec", private, w.Path("computer")}})
	if err == nil && r.Code != 0 {
		err = errors.New(r.Stderr)
	}
	return err
}

// setUp is what IT does: trust for the lab's servers, and this project's own setting up of the computer and the person.
func (w *world) setUp() {
	w.tb.Helper()
	krb5, err := os.ReadFile(w.lab.Krb5Conf())
	w.must(err)
	w.write("/etc/krb5.conf", string(krb5))
	w.write("/etc/firefox/policies/policies.json", `{"policies":{"Certificates":{"Install":["`+w.lab.RootFile()+`"]}}}`)
	w.well(w.Run(w.sithsctl("sso", "setup", "--root", w.Path("computer"), "--config", w.Service.Config())))
	w.well(w.anna(w.sithsctl("sso", "setup", "--user")))
	w.well(w.anna(stack.Cmd{Path: "certutil", Args: []string{"-A", "-n", "lab", "-t", "C,,", "-i", w.lab.RootFile(), "-d", "sql:" + w.Home("anna") + "/.pki/nssdb"}}))
}

// sithsctl is the command line, at the world's service.
func (w *world) sithsctl(args ...string) stack.Cmd {
	w.tb.Helper()
	path, err := w.Program("sithsctl")
	w.must(err)
	return stack.Cmd{Path: path, Args: append([]string{"--socket", w.Service.Socket()}, args...)}
}

// write writes a file of the computer, by its path within the world.
func (w *world) write(path, text string) {
	w.tb.Helper()
	file := filepath.Join(w.Path("computer"), path)
	w.must(errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)))
}

// anna runs a program in her session, to its end.
func (w *world) anna(c stack.Cmd) stack.Result {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	r, err := w.Session.Run(ctx, c)
	w.must(err)
	return r
}

// well fails the test when a program has failed, and returns what it said.
func (w *world) well(r stack.Result) string {
	w.tb.Helper()
	if r.Code != 0 {
		w.tb.Fatalf("it ended with %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// issue makes a card that the business systems know.
func (w *world) issue(name, id string) (*testpki.Card, string) {
	w.tb.Helper()
	card, err := w.PKI.IssueCard(lab.Card(name, id))
	w.must(err)
	return card, w.Write(card)
}

// insertAnna makes anna's card and puts it in, lets its key into her account at the shell, and gives the one PIN.
func (w *world) insertAnna() {
	w.tb.Helper()
	card, dir := w.issue("anna", workplace.AnnasID)
	key, err := ssh.NewPublicKey(card.Auth.Cert.PublicKey)
	w.must(err)
	if w.lab.Ports[lab.SSH] != 0 {
		w.must(errors.Join(os.MkdirAll(w.lab.Path("ssh", "keys"), 0o755), w.lab.Authorize("anna", strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))))))
	}
	w.card = w.InsertDir(dir)
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
}

// again puts anna's card in once more and gives the PIN.
func (w *world) again() {
	w.tb.Helper()
	w.must(w.card.Insert())
	w.Await("the card to be read", func(s apitype.Snapshot) bool {
		return (s.Phase == apitype.Locked || s.Phase == apitype.NeedPIN) && s.Card != nil && s.Holder != nil
	})
	w.Unlock()
}

// remove takes the card out and returns when that was.
func (w *world) remove() time.Time {
	w.tb.Helper()
	at := time.Now()
	w.must(w.card.Remove())
	return at
}

// awaitOut waits until the service knows that the card is out.
func (w *world) awaitOut() {
	w.tb.Helper()
	w.Await("the card to be out", func(s apitype.Snapshot) bool { return s.Card == nil })
}

// browsers starts both browsers of anna's at the same time.
func (w *world) browsers(kinds ...browser.Kind) []*browser.Browser {
	w.tb.Helper()
	return w.browsersOn(nil, kinds...)
}

// browsersOn starts them on a display, or without a screen.
func (w *world) browsersOn(d *stack.Display, kinds ...browser.Kind) []*browser.Browser {
	w.tb.Helper()
	started, errs := make([]*browser.Browser, len(kinds)), make([]error, len(kinds))
	var all sync.WaitGroup
	for i, kind := range kinds {
		all.Go(func() {
			started[i], errs[i] = browser.Start(w.Lifetime(), w.Lab.Lab, browser.Options{Kind: kind, As: "anna", Session: w.Session, Display: d, Env: w.Session.Env()})
		})
	}
	all.Wait()
	w.must(errors.Join(errs...))
	return started
}
