package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
	"siths-agent/ui/text"
)

func buildPINChange(fs *flag.FlagSet) action  { return buildCare(fs, false) }
func buildPINUnblock(fs *flag.FlagSet) action { return buildCare(fs, true) }

func buildCare(fs *flag.FlagSet, unblock bool) action {
	fd := fs.Int("pin-fd", noFD, "N")
	sign := fs.Bool("sign", false, "")
	lastTry := fs.Bool("last-try", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		c := &care{env: e, fd: *fd, req: apitype.CareRequest{Unblock: unblock, Sign: *sign, LastTry: *lastTry}}
		return c.run(ctx)
	}
}

// care is one run of "card pin change" or "card pin unblock": one card, each code shown to it at most once.
type care struct {
	*env
	fd  int
	req apitype.CareRequest
}

func (c *care) run(ctx context.Context) error {
	s, err := c.settled(ctx)
	if err != nil {
		return cancelled(ctx, err)
	}
	if err := c.obstacle(s); err != nil {
		return err
	}
	proof, fresh, err := c.ask(ctx, s)
	defer func() { _, _ = proof.Close(), fresh.Close() }()
	if err != nil {
		return err
	}
	c.req.Insertion = s.Card.Insertion
	return c.send(ctx, s, proof.Bytes(), fresh.Bytes())
}

// obstacle is what makes asking useless. A card whose PIN is blocked is the very one to unblock.
func (c *care) obstacle(s apitype.Snapshot) error {
	if s.Phase == apitype.Refused && (c.req.Unblock || c.req.Sign) && isBlocked(s) {
		if s.Holder == nil {
			return notTheirs()
		}
		return nil
	}
	if s.Phase == apitype.Unlocked && s.Holder != nil {
		return nil
	}
	return obstacle(s)
}

func isBlocked(s apitype.Snapshot) bool {
	for _, p := range s.Problems {
		if p.Code == apitype.PINBlocked {
			return true
		}
	}
	return false
}

// ask gets the old PIN or the PUK, and the new PIN.
func (c *care) ask(ctx context.Context, s apitype.Snapshot) (proof, fresh *secret.Buffer, err error) {
	if c.fd != noFD {
		return c.fromFD(ctx, s)
	}
	tty, err := c.openTerminal()
	if err != nil {
		return nil, nil, c.failed(text.CtlNoTerminal)
	}
	defer func() { _ = tty.Close() }()
	talk := &conversation{env: c.env, tty: tty}
	talk.introduce(s)
	if c.isLastTry(s) {
		if err := talk.confirmLastTry(ctx); err != nil {
			return nil, nil, err
		}
		c.req.LastTry = true
	}
	if proof, err = talk.secret(ctx, c.say(c.proofPrompt())); err != nil {
		return nil, nil, err
	}
	fresh, err = talk.newPIN(ctx, c.req.Sign)
	return proof, fresh, err
}

// isLastTry says whether a wrong old PIN would spend the last try that nobody has agreed to spend.
func (c *care) isLastTry(s apitype.Snapshot) bool {
	n, known := triesOf(s.Card)
	if c.req.Sign {
		n, known = signTriesOf(s.Card)
	}
	return known && n == 1 && !c.req.LastTry && !c.req.Unblock
}

func (c *care) proofPrompt() text.CtlWord {
	switch {
	case c.req.Unblock:
		return text.CtlPUKPrompt
	case c.req.Sign:
		return text.CtlOldSignPrompt
	}
	return text.CtlOldPINPrompt
}

// fromFD reads two lines that a script hands over: the old PIN or the PUK, then the new PIN.
func (c *care) fromFD(ctx context.Context, s apitype.Snapshot) (proof, fresh *secret.Buffer, err error) {
	if c.isLastTry(s) {
		return nil, nil, &apitype.Problem{Code: apitype.PINLastTry}
	}
	f := c.openFD(c.fd)
	defer func() { _ = f.Close() }()
	line := func() (*secret.Buffer, error) { return readLine(f) }
	if proof, err = interruptible(ctx, line); err != nil {
		return nil, nil, err
	}
	fresh, err = interruptible(ctx, line)
	return proof, fresh, err
}

func (c *care) send(ctx context.Context, s apitype.Snapshot, proof, fresh []byte) error {
	result, err := c.agent().Care(ctx, c.req, proof, fresh)
	switch {
	case err != nil:
		return cancelled(ctx, err)
	case result.OK:
		return c.println(c.say(c.done()))
	case result.Problem == nil:
		return c.failed(text.CtlFailed, errNoReason)
	}
	return &refused{problem: result.Problem, tries: result.Tries, card: s.Card}
}

func (c *care) done() text.CtlWord {
	switch {
	case c.req.Sign && c.req.Unblock:
		return text.CtlSignUnblocked
	case c.req.Sign:
		return text.CtlSignChanged
	case c.req.Unblock:
		return text.CtlPINUnblocked
	}
	return text.CtlPINChanged
}

// errNoReason says that the service answered neither yes nor why not.
var errNoReason = errors.New("the service said no without a reason")

// newPIN asks for a new PIN until the person has typed the same twice, or gives up. Nothing is refused here that the card
// might take; what is easy to guess is said.
func (c *conversation) newPIN(ctx context.Context, sign bool) (*secret.Buffer, error) {
	first, again := text.CtlNewPINPrompt, text.CtlNewPINAgain
	if sign {
		first, again = text.CtlNewSignPrompt, text.CtlNewSignAgain
	}
	c.tell(c.say(text.CtlNewPINAdvice))
	fresh, err := c.secret(ctx, c.say(first))
	if err != nil {
		return nil, err
	}
	if secret.Easy(fresh.Bytes()) {
		c.tell(c.say(text.CtlEasyPIN))
	}
	repeated, err := c.secret(ctx, c.say(again))
	defer func() { _ = repeated.Close() }()
	if err == nil && !secret.Alike(fresh.Bytes(), repeated.Bytes()) {
		err = c.failed(text.CtlPINsDiffer)
	}
	if err != nil {
		_ = fresh.Close()
		return nil, err
	}
	return fresh, nil
}

func (c *conversation) tell(line string) { _, _ = io.WriteString(c.tty, line+"\n") }
