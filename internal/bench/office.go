package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
)

// slowSign is what the card takes for a signature on which browsers are measured: a slow one.
const slowSign = 600 * time.Millisecond

// office is a PC that is set up for single sign-on, with a slow card, on which browsers are started.
type office struct {
	*workplace.Workplace
	screen *desktop.Desktop
	lab    *lab.Lab
	card   *stack.Card
	tb     testing.TB
	way    string // by which browsers come to the card
}

// The ways to the card. Each has browser profiles of its own.
const (
	byVirtual = "virtual"
	byOpenSC  = "opensc"
)

// openOffice makes one, with the PIN given. Everything in it ends with tb.
func openOffice(tb testing.TB) *office {
	o := &office{Workplace: workplace.Open(tb, workplace.Plan{}), tb: tb, way: byVirtual}
	o.Must(o.privateEtc())
	tb.Cleanup(o.close)
	o.screen = desktop.Open(tb, o.Lab, desktop.Plan{})
	var err error
	o.lab, err = lab.Start(o.Lifetime(), lab.Options{Dir: o.Path("business"), PKI: o.PKI, Parts: []lab.Part{lab.Web}, Ports: lab.FixedPorts(), Enter: o.Enter()})
	o.Must(err)
	o.Must(o.lab.WriteSystems(filepath.Join(filepath.Dir(o.Service.Config()), "systems.d")))
	o.Must(o.Service.Reload())
	o.Await("the systems", func(s apitype.Snapshot) bool { return len(s.Systems) > 0 })
	o.setUp()
	o.unlock()
	return o
}

// unlock puts the card in and gives the PIN, and returns when the service wants nothing more of the card: it has it sign
// once for the login, and once to know whether it manages PSS.
func (o *office) unlock() {
	card, err := o.PKI.IssueCard(lab.Card(person, workplace.AnnasID))
	o.Must(err)
	o.card = o.Card(o.Write(card), stack.CardOptions{PIN: workplace.PIN, SignLatency: slowSign})
	o.AwaitPhase(apitype.NeedPIN)
	o.Unlock()
	o.AwaitThat("the card's word on PSS", func() bool { return o.Stat(o.card).Sign >= 2 })
}

func (o *office) close() {
	if o.lab != nil {
		o.lab.Close()
	}
	_, err := o.Lab.Lab.Run(o.Lifetime(), stack.Cmd{Path: "umount", Args: []string{"--lazy", "--recursive", "/etc"}})
	o.Must(err)
}

// privateEtc gives the world an /etc of its own, a copy: what is set up there does not come to the machine.
func (o *office) privateEtc() error {
	const private = "mkdir \"$0\"\ncp -a /etc \"$0/\"\nln -s /usr \"$0/usr\"\nmount --bind \"$0/etc\" /etc"
	r, err := o.Lab.Lab.Run(o.Lifetime(), stack.Cmd{Path: "/bin/sh", Args: []string{"-ec", private, o.Path("computer")}})
	if err == nil && r.Code != 0 {
		err = errors.New(r.Stderr)
	}
	return err
}

const firefoxPolicies = "/etc/firefox/policies/policies.json"

// setUp is what IT does: trust for the server, and this project's own setting up of the computer and the person.
func (o *office) setUp() {
	file := filepath.Join(o.Path("computer"), firefoxPolicies)
	o.Must(errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(`{"policies":{"Certificates":{"Install":["`+o.lab.RootFile()+`"]}}}`), 0o644)))
	ctl, err := o.Program("sithsctl")
	o.Must(err)
	o.well(o.Run(stack.Cmd{Path: ctl, Args: []string{"--socket", o.Service.Socket(), "sso", "setup", "--root", o.Path("computer"), "--config", o.Service.Config()}}))
	o.well(o.screen.Run(ctl, "--socket", o.Service.Socket(), "sso", "setup", "--user"))
	o.well(o.screen.Run("certutil", "-A", "-n", "lab", "-t", "C,,", "-i", o.lab.RootFile(), "-d", o.nssdb()))
}

func (o *office) nssdb() string { return "sql:" + filepath.Join(o.Home(person), ".pki", "nssdb") }

// well is what a program ends with that has done its work.
func (o *office) well(r stack.Result) {
	if r.Code != 0 {
		o.tb.Fatalf("it ended with %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// toOpenSC ends the service and has the browsers use OpenSC's module, as they do where there is no service.
func (o *office) toOpenSC() error {
	o.way = byOpenSC
	if err := o.Service.Stop(); err != nil {
		return err
	}
	file := filepath.Join(o.Path("computer"), firefoxPolicies)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	ctl, err := o.Program("sithsctl")
	if err != nil {
		return err
	}
	o.well(o.screen.Run(ctl, "--socket", o.Service.Socket(), "sso", "setup", "--user", "--remove"))
	o.well(o.screen.Run("modutil", "-force", "-dbdir", o.nssdb(), "-add", "OpenSC", "-libfile", opensc))
	return os.WriteFile(file, []byte(strings.ReplaceAll(string(text), p11Client, opensc)), 0o644)
}
