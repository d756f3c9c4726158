package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"

	"siths-agent/agent/broker/browser/setup"
	"siths-agent/agent/identity"
	"siths-agent/ui/text"
)

// setupOptions are the flags of "sso setup".
type setupOptions struct {
	config, root, run      string
	dryRun, remove, asJSON bool
	system, user           bool
}

func buildSSOSetup(fs *flag.FlagSet) action {
	o := &setupOptions{}
	fs.StringVar(&o.config, "config", "", "FILE")
	fs.StringVar(&o.root, "root", "", "DIR")
	fs.StringVar(&o.run, "run", "", "DIR")
	fs.BoolVar(&o.dryRun, "dry-run", false, "")
	fs.BoolVar(&o.remove, "remove", false, "")
	fs.BoolVar(&o.asJSON, "json", false, "")
	fs.BoolVar(&o.system, "system", false, "")
	fs.BoolVar(&o.user, "user", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		if err := errors.Join(absolute(&o.root), absolute(&o.config)); err != nil {
			return err
		}
		switch {
		case o.system && o.user:
			return e.usage(text.CtlSetupOneOf)
		case o.user || !o.system && os.Geteuid() != 0:
			return e.setupUser(ctx, o)
		}
		return e.setupComputer(o)
	}
}

// absolute makes a path that was named one that stays the same wherever it is used.
func absolute(path *string) (err error) {
	if *path != "" {
		*path, err = filepath.Abs(*path)
	}
	return err
}

// setupComputer sets up what everybody on the computer gets.
func (e *env) setupComputer(o *setupOptions) error {
	c, err := e.computer(o)
	if err != nil {
		return err
	}
	make := c.Install
	if o.remove {
		make = c.Remove
	}
	plan, err := make()
	if err == nil && !o.dryRun {
		err = plan.Apply()
	}
	if errors.Is(err, fs.ErrPermission) {
		return &fault{text: e.say(text.CtlSetupRoot, err), code: "denied", exit: exitDenied}
	}
	if err != nil {
		return err
	}
	return e.printSetup(o, setupShown(plan.Files, plan.Notes, o.dryRun))
}

// computer reads what is to be released to whom. To take everything away, nothing has to be known.
func (e *env) computer(o *setupOptions) (setup.Computer, error) {
	ctl, err := os.Executable()
	c := setup.Computer{Root: o.root, Run: e.runFolder(o.run), Ctl: ctl}
	if err != nil || o.remove {
		return c, err
	}
	loaded, sources, err := e.loadAll(o.config)
	if err != nil {
		return c, err
	}
	for _, s := range sources {
		c.Systems = append(c.Systems, s.System)
	}
	c.Issuers, err = identity.IssuerNames(loaded.Policy.Trust.Anchors)
	return c, err
}

// setupUser sets up what lies in the person's own folders.
func (e *env) setupUser(ctx context.Context, o *setupOptions) error {
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	u := setup.User{Computer: setup.Computer{Root: o.root, Run: e.runFolder(o.run)}, UID: os.Getuid(), Home: home,
		Runtime: e.getenv("XDG_RUNTIME_DIR"), Address: e.getenv("P11_KIT_SERVER_ADDRESS")}
	make := u.Install
	if o.remove {
		make = u.Remove
	}
	plan, err := make()
	if err == nil && !o.dryRun {
		err = plan.Apply(ctx)
	}
	if err != nil {
		return e.describeNSS(err)
	}
	shown := setupShown([]setup.File{plan.Link}, plan.Notes, o.dryRun)
	if plan.Command != nil {
		shown.Registered = &registration{Database: plan.Database, Module: setup.ModuleName, Removed: o.remove}
	}
	return e.printSetup(o, shown)
}

// describeNSS says what a person can do about a database that could not be changed.
func (e *env) describeNSS(err error) error {
	var wrong *setup.NSSError
	if !errors.As(err, &wrong) {
		return err
	}
	switch wrong.Fault {
	case setup.NSSLocked:
		return e.failed(text.CtlSetupLocked, wrong.PID, wrong.Database)
	case setup.NSSDamaged:
		return e.failed(text.CtlSetupDamaged, wrong.Database)
	case setup.NSSUnreadable:
		return e.failed(text.CtlSetupUnreadable, wrong.Database, wrong.Err)
	}
	return err
}

// runFolder is where the service has its sockets: what is said, else the folder of the socket that it is asked by.
func (e *env) runFolder(said string) string {
	switch {
	case said != "":
		return said
	case e.socket != "":
		return filepath.Dir(e.socket)
	}
	return "/run/siths-agent"
}
