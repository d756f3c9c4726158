package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
	"siths-agent/ui/text"
)

// fewTries is how few tries are left when a person is told before typing.
const fewTries = 3

// noFD says that the PIN comes from the terminal.
const noFD = -1

func buildLogin(fs *flag.FlagSet) action {
	fd := fs.Int("pin-fd", noFD, "N")
	lastTry := fs.Bool("last-try", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		l := &login{env: e, fd: *fd, lastTry: *lastTry}
		return l.run(ctx)
	}
}

// login is one run of the verb: one card, at most one PIN.
type login struct {
	*env
	fd      int
	lastTry bool   // the person has said yes to spending the last try
	consent string // of the question that the PIN is the yes to; empty: it unlocks
}

func (l *login) run(ctx context.Context) error {
	s, err := l.settled(ctx)
	if err != nil {
		return cancelled(ctx, err)
	}
	if s.Phase == apitype.Unlocked {
		return l.already(s)
	}
	if err := obstacle(s); err != nil {
		return err
	}
	if err := l.give(ctx, s); err != nil {
		return err
	}
	return l.println(l.say(text.CtlUnlocked, s.Holder.Name))
}

// give gets the PIN and hands it over.
func (l *login) give(ctx context.Context, s apitype.Snapshot) error {
	pin, err := l.ask(ctx, s)
	defer func() { _ = pin.Close() }()
	if err != nil {
		return err
	}
	return l.send(ctx, s, pin.Bytes())
}

// already says whose desktop is unlocked. Somebody else's is none of the caller's.
func (l *login) already(s apitype.Snapshot) error {
	switch {
	case s.Holder != nil:
		return l.println(l.say(text.CtlAlreadyUnlocked, s.Holder.Name))
	case s.Session != nil:
		return l.println(l.say(text.CtlAlreadyUnlocked, s.Session.User))
	}
	return notTheirs()
}

// errSettled ends the watch of settled.
var errSettled = errors.New("settled")

// settled waits until the card is neither being read nor checked, and returns the state then.
func (e *env) settled(ctx context.Context) (apitype.Snapshot, error) {
	var last apitype.Snapshot
	said := false
	err := e.agent().Watch(ctx, func(s apitype.Snapshot) error {
		last = s
		if !busy(s) {
			return errSettled
		}
		if !said {
			fmt.Fprintln(e.stderr, text.Phase(e.lang, s.Phase))
			said = true
		}
		return nil
	})
	if errors.Is(err, errSettled) {
		err = nil
	}
	return last, err
}

// busy reports whether the card is about to be ready. After a lock the same card is opened anew; its owner sees the
// session at once and the holder when that is done.
func busy(s apitype.Snapshot) bool {
	switch s.Phase {
	case apitype.Reading, apitype.Verifying:
		return true
	case apitype.Locked:
		return s.Card != nil && s.Holder == nil && s.Session != nil
	}
	return false
}

// ask says whose card it is and gets the PIN, after a yes where only one try is left.
func (l *login) ask(ctx context.Context, s apitype.Snapshot) (*secret.Buffer, error) {
	if l.fd != noFD {
		return l.fromFD(ctx, s)
	}
	tty, err := l.openTerminal()
	if err != nil {
		return nil, l.failed(text.CtlNoTerminal)
	}
	defer func() { _ = tty.Close() }()
	c := &conversation{env: l.env, tty: tty}
	c.introduce(s)
	if n, known := triesOf(s.Card); known && n == 1 && !l.lastTry {
		if err := c.confirmLastTry(ctx); err != nil {
			return nil, err
		}
		l.lastTry = true
	}
	return c.pin(ctx, s)
}

// fromFD reads the PIN that a script hands over. A script is not asked whether it means the last try.
func (l *login) fromFD(ctx context.Context, s apitype.Snapshot) (*secret.Buffer, error) {
	if n, known := triesOf(s.Card); known && n == 1 && !l.lastTry {
		return nil, &apitype.Problem{Code: apitype.PINLastTry}
	}
	f := l.openFD(l.fd)
	defer func() { _ = f.Close() }()
	return interruptible(ctx, func() (*secret.Buffer, error) { return readLine(f) })
}

func (l *login) send(ctx context.Context, s apitype.Snapshot, pin []byte) error {
	req := apitype.PINRequest{Insertion: s.Card.Insertion, LastTry: l.lastTry, Consent: l.consent}
	result, err := l.agent().PIN(ctx, req, pin)
	switch {
	case err != nil:
		return cancelled(ctx, err)
	case result.OK:
		return nil
	case result.Problem == nil:
		return l.failed(text.CtlFailed, errNoReason)
	}
	return &refused{problem: result.Problem, tries: result.Tries, card: s.Card}
}

// cancelled turns an error that the person's own interruption caused into pin.cancelled.
func cancelled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &apitype.Problem{Code: apitype.PINCancelled}
	}
	return err
}
