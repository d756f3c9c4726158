package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"siths-agent/agent/broker/browser/check"
	"siths-agent/agent/broker/p11/remote"
	"siths-agent/ui/text"
)

// checked is what "sso check --json" prints.
type checked struct {
	check.Result
	Resumes bool `json:"resumes"`
}

func buildSSOCheck(fs *flag.FlagSet) action {
	ca := fs.String("ca", "", "FILE")
	asJSON := fs.Bool("json", false, "")
	run := fs.String("run", "", "DIR")
	return func(ctx context.Context, e *env, args []string) error {
		roots, err := e.roots(*ca)
		if err != nil {
			return err
		}
		card, err := remote.Open(ctx, filepath.Join(e.runFolder(*run), "p11", fmt.Sprintf("%d.sock", os.Getuid())))
		if err != nil {
			return e.noCard(err)
		}
		defer card.Close()
		r, err := check.Server{URL: args[0], Roots: roots, Card: card.TLS()}.Run(ctx)
		if err != nil {
			return e.unchecked(err)
		}
		if *asJSON {
			err = e.printJSON(checked{r, r.Resumes()})
		} else {
			err = e.printChecked(r)
		}
		return errors.Join(err, e.verdict(r))
	}
}

// roots are the certificates of a file; nil, without a file, means those of the computer.
func (e *env) roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, e.failed(text.CtlCheckNoRoots, file)
	}
	return roots, nil
}

// noCard says why the card is not there for this program.
func (e *env) noCard(err error) error {
	if !errors.Is(err, remote.ErrNoCard) {
		return &fault{text: e.say(text.CtlFailed, err), code: "failed", exit: exitUnreachable}
	}
	self, err := os.Executable()
	if err != nil {
		self = "sithsctl"
	}
	return &fault{text: e.say(text.CtlCheckNoCard, self), code: "card.none", exit: exitNoCard}
}

func (e *env) unchecked(err error) error {
	var wrong *check.URLError
	var refused *check.RefusedError
	switch {
	case errors.As(err, &wrong):
		return &fault{text: e.say(text.CtlCheckAddress, wrong.URL), code: "usage", exit: exitUsage}
	case errors.As(err, &refused):
		return &fault{text: e.say(text.CtlCheckRefused, err), code: "refused", exit: exitCert}
	}
	return err
}

func (e *env) printChecked(r check.Result) error {
	var b strings.Builder
	line := func(w text.CtlWord, args ...any) { b.WriteString(clean(e.say(w, args...)) + "\n") }
	for _, v := range r.Versions {
		line(text.CtlCheckVersion, v.TLS, v.Status, v.Signatures)
		switch {
		case v.KeepsOpen && v.KeepFor > 0:
			line(text.CtlCheckKeep, v.KeepFor)
		case v.KeepsOpen:
			line(text.CtlCheckKeepOpen)
		}
		switch {
		case v.Resumes:
			line(text.CtlCheckYes)
		case v.Named:
			line(text.CtlCheckNamed)
		default:
			line(text.CtlCheckNo)
		}
	}
	switch {
	case r.Resumes():
		line(text.CtlCheckHow)
	case !r.Open:
		line(text.CtlCheckGood)
	}
	return e.print(b.String())
}

// verdict is an error for a server whose pages can be had without the card.
func (e *env) verdict(r check.Result) error {
	switch {
	case r.Open:
		return &fault{text: e.say(text.CtlCheckOpen), code: "open", exit: exitFailed}
	case r.Resumes():
		return &fault{text: e.say(text.CtlCheckResumes), code: "resumes", exit: exitFailed}
	}
	return nil
}
