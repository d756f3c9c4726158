//go:build linux

// Command up brings the stand-ins of business systems up on 127.0.0.1, says how to use them, and ends them at Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"syscall"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

func main() {
	dir := flag.String("dir", filepath.Join(os.TempDir(), "siths-lab"), "the folder of all files, which is emptied first")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Stdout, *dir, lab.FixedPorts())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

// ids are the HSA-ids of the lab's people.
func ids() map[string]string {
	return map[string]string{"anna": "SE2321000131-P000000000001", "bob": "SE2321000131-P000000000002"}
}

// run brings everything up, tells of it, and waits for the end.
func run(ctx context.Context, out io.Writer, dir string, ports map[lab.Part]int) error {
	begun := time.Now()
	if err := mine(dir); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		return err
	}
	l, err := lab.Start(ctx, lab.Options{Dir: dir, PKI: pki, Parts: lab.Parts(), Ports: ports})
	if err != nil {
		return err
	}
	defer l.Close()
	if err := layOut(l, pki); err != nil {
		return err
	}
	if err := tell(out, l, time.Since(begun)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// marker is a file of every lab's folder.
const marker = "krb5.conf"

// mine refuses a folder that is something else than a lab's: it is going to be emptied.
func mine(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(files) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		return fmt.Errorf("%s is there and is no lab's folder", dir)
	}
	return nil
}

// layOut writes what an agent and a virtual card need to be used with the lab.
func layOut(l *lab.Lab, pki *testpki.PKI) error {
	errs := errors.Join(pki.WriteTrust(l.Path("trust")), l.WriteSystems(l.Path("etc", "systems.d")))
	accounts := "[accounts]\n"
	for name, id := range ids() {
		card, err := pki.IssueCard(lab.Card(name, id))
		if err != nil {
			return err
		}
		errs = errors.Join(errs, card.Write(l.Path("cards", name)))
		accounts += fmt.Sprintf("%q = %q\n", id, accountFor(name, os.Getenv))
	}
	return errors.Join(errs, os.WriteFile(l.Path("etc", "accounts.toml"), []byte(accounts), 0o644),
		os.WriteFile(l.Path("etc", "agent.toml"), fmt.Appendf(nil, settings, l.Path("trust"), pki.PolicyTOML()), 0o644))
}

// accountFor is the account that a person's card opens: the one of that name, or where this computer has none, that of
// whoever called, also through sudo.
func accountFor(name string, getenv func(string) string) string {
	if _, err := user.Lookup(name); err == nil {
		return name
	}
	if own := getenv("SUDO_USER"); own != "" {
		return own
	}
	if me, err := user.Current(); err == nil {
		return me.Username
	}
	return name
}

// settings are an agent's, for the lab's cards.
const settings = `[trust]
environment = "test"
anchors = [%q]

[revocation]
mode = "off"

%s`
