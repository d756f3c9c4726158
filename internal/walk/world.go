package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

const (
	account     = "anna"   // a person of every lab
	trainingPIN = "123456" // siths-vcard's own; no secret
)

// world is everything that the walk runs: a lab with a reader service, a card outside its reader, and the service.
type world struct {
	lab     *stack.Lab
	card    *stack.Card
	agent   *client.Client
	account string // that the card opens
}

// errNotRoot says that the caller may not make namespaces and users.
var errNotRoot = errors.New("not root")

// openWorld starts it all. The caller closes the lab.
//
// It takes root: in a user namespace the machine's own files belong to nobody, and the service refuses to read its
// policy below folders of strangers.
func openWorld(ctx context.Context, account string) (*world, error) {
	if os.Geteuid() != 0 {
		return nil, &noWorld{errNotRoot}
	}
	lab, err := stack.New(ctx, stack.Options{})
	if missing := (*stack.MissingError)(nil); err != nil && !errors.As(err, &missing) && ctx.Err() == nil {
		err = &noWorld{err}
	}
	if err != nil {
		return nil, err
	}
	w := &world{lab: lab, account: account}
	if err := w.start(ctx); err != nil {
		return nil, errors.Join(err, lab.Close())
	}
	return w, nil
}

func (w *world) start(ctx context.Context) error {
	known, err := w.startReader(ctx)
	if err != nil {
		return err
	}
	return w.serve(ctx, known)
}

// startReader starts the reader service and a card outside of its reader, and says what makes a service accept it.
func (w *world) startReader(ctx context.Context) (setup, error) {
	if _, err := w.lab.PCSCD(ctx); err != nil {
		return setup{}, fmt.Errorf("starting the reader service: %w", err)
	}
	known, err := w.issueCard()
	if err != nil {
		return setup{}, fmt.Errorf("issuing a training card: %w", err)
	}
	if w.card, err = w.lab.Card(ctx, w.lab.Path("card"), stack.CardOptions{Absent: true}); err != nil {
		return setup{}, fmt.Errorf("starting the card: %w", err)
	}
	return known, nil
}

// issueCard writes a card with new keys, and says what the service must be told to accept it.
func (w *world) issueCard() (setup, error) {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		return setup{}, err
	}
	card, err := pki.IssueCard(testpki.Person{})
	if err != nil {
		return setup{}, err
	}
	s := setup{
		trust: w.lab.Path("trust"), environment: "test", rules: pki.PolicyTOML(),
		accounts: fmt.Sprintf("[accounts]\n%q = %q\n", card.Person.HSAID, w.account),
	}
	return s, errors.Join(card.Write(w.lab.Path("card")), pki.WriteTrust(s.trust))
}

// serve starts the service and waits for its socket.
func (w *world) serve(ctx context.Context, known setup) error {
	f := folder(w.lab.Path("agent"))
	if err := errors.Join(f.write(known), f.writeSystem(), w.showRun(ctx, f)); err != nil {
		return fmt.Errorf("writing the service's folder: %w", err)
	}
	program, err := w.lab.Program("siths-agentd")
	if err != nil {
		return err
	}
	service, err := w.lab.Start(ctx, stack.Cmd{Path: program, Args: f.args()})
	if err != nil {
		return err
	}
	w.agent = &client.Client{Socket: f.socket()}
	return awaitSocket(ctx, w.agent, service.Done(), service.Stderr)
}

// nobody is Debian's uid and gid of nobody and nogroup (Debian policy, 9.2.2).
const nobody = "65534"

// steal lets another program speak to the card, as the user nobody.
func (w *world) steal(ctx context.Context) (stack.Result, error) {
	return w.lab.Run(ctx, stack.Cmd{Path: "setpriv", Args: []string{"--reuid", nobody, "--regid", nobody, "--clear-groups", "--",
		"opensc-tool", "--reader", "0", "--name"}})
}
