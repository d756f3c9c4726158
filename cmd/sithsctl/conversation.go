package main

import (
	"bytes"
	"context"
	"fmt"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
	"siths-agent/ui/text"
)

// conversation is what is said on the terminal to get one PIN.
type conversation struct {
	*env
	tty terminal
}

// introduce says whose card it is and how few tries are left.
func (c *conversation) introduce(s apitype.Snapshot) {
	fmt.Fprintf(c.tty, "%s: %s\n", c.say(text.CtlHolder), clean(nameAndOrg(s.Holder)))
	if n, known := triesOf(s.Card); known && n < fewTries {
		fmt.Fprintln(c.tty, c.triesLeft(n))
	}
}

// confirmLastTry asks for the typed word yes. Anything else is a no.
func (c *conversation) confirmLastTry(ctx context.Context) error {
	fmt.Fprint(c.tty, c.say(text.CtlLastTryQuestion))
	answer, err := interruptible(ctx, func() (*secret.Buffer, error) { return readLine(c.tty) })
	defer func() { _ = answer.Close() }()
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil || !bytes.EqualFold(bytes.TrimSpace(answer.Bytes()), []byte(c.say(text.CtlYes))) {
		return &apitype.Problem{Code: apitype.PINLastTry}
	}
	return nil
}

// pin asks for the PIN of the card's holder.
func (c *conversation) pin(ctx context.Context, s apitype.Snapshot) (*secret.Buffer, error) {
	return c.secret(ctx, c.say(text.CtlPrompt, clean(s.Holder.Name)))
}

// secret asks for a code with the terminal's echo off. The terminal is as before when it returns, whatever happened.
func (c *conversation) secret(ctx context.Context, prompt string) (*secret.Buffer, error) {
	restore, err := c.tty.Raw()
	if err != nil {
		return nil, c.failed(text.CtlNoTerminal)
	}
	defer func() {
		_ = restore()
		fmt.Fprintln(c.tty)
	}()
	fmt.Fprint(c.tty, prompt)
	return interruptible(ctx, func() (*secret.Buffer, error) { return readKeys(c.tty) })
}
