package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// anySystem is a file of systems.d: every program of who has logged in may use the card.
const anySystem = "title = \"Walk\"\nkind = \"tls\"\n\n[caller]\nmin_tier = 0\n"

// writeSystem writes that file.
func (f folder) writeSystem() error {
	if err := os.Mkdir(f.path("etc/systems.d"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(f.path("etc/systems.d/walk.toml"), []byte(anySystem), 0o644)
}

// systemRun is where the service has its sockets on a PC.
const systemRun = "/run/siths-agent"

// showRun shows the service's sockets in that place of the lab too: who is not root may not reach the lab's own folder.
func (w *world) showRun(ctx context.Context, f folder) error {
	if err := os.Mkdir(w.lab.Path(systemRun), 0o755); err != nil {
		return err
	}
	r, err := w.lab.Run(ctx, stack.Cmd{Path: "mount", Args: []string{"--bind", f.path("run"), systemRun}})
	if err == nil && r.Code != 0 {
		err = errors.New(strings.TrimSpace(r.Stderr))
	}
	return err
}

// clientModules is where Debian has p11-kit's client, the module by which programs reach the virtual card.
const clientModules = "/usr/lib/*-linux-gnu*/pkcs11/p11-kit-client.so"

// program shows that another program of the person signs with the card, and is asked for no PIN.
func (w *walk) program(ctx context.Context) error {
	w.step(w.walk(text.WalkProgram, w.account))
	r, err := w.signAsPerson(ctx)
	if err != nil {
		return err
	}
	if r.Code != 0 {
		return &notAsPromised{text.WalkProgramRefused, []any{strings.TrimSpace(r.Stderr)}}
	}
	w.result(w.walk(text.WalkProgramSigned))
	return nil
}

// programAfter shows that it does not any more.
func (w *walk) programAfter(ctx context.Context) error {
	r, err := w.signAsPerson(ctx)
	if err != nil {
		return err
	}
	if r.Code == 0 {
		return &notAsPromised{word: text.WalkProgramStill}
	}
	w.result(w.walk(text.WalkProgramEnded))
	return nil
}

// signAsPerson has pkcs11-tool sign a file through the virtual card, as the person whose account the card opens.
func (w *walk) signAsPerson(ctx context.Context) (stack.Result, error) {
	found, err := filepath.Glob(clientModules)
	if err != nil {
		return stack.Result{}, err
	}
	if len(found) == 0 {
		return stack.Result{}, &stack.MissingError{Program: "p11-kit-client.so", Remedy: "apt-get install p11-kit-modules"}
	}
	// The name of the socket is the person's number, which the lab knows.
	const sign = `P11_KIT_SERVER_ADDRESS=unix:path="$0/p11/$(id -u).sock" exec pkcs11-tool --module "$1" --sign --mechanism SHA256-RSA-PKCS --input-file /etc/hostname --output-file /dev/null`
	return w.lab.Run(ctx, stack.Cmd{Path: "setpriv", Args: []string{"--reuid", w.account, "--regid", w.account, "--init-groups", "--",
		"/bin/sh", "-c", sign, systemRun, found[0]}})
}
