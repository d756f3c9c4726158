package stack

import (
	"context"
)

// LockerKind is a screen locker; its text is both the program's name and that of its PAM service.
type LockerKind string

// The lockers of Debian 12 that labs know.
const (
	// I3Lock asks PAM once, after Return.
	I3Lock LockerKind = "i3lock"
	// XSecureLock asks PAM as soon as a key is pressed, and shows what PAM asks for.
	XSecureLock LockerKind = "xsecurelock"
)

// command is the line that xss-lock runs.
func (k LockerKind) command() []string {
	if k == I3Lock {
		return []string{"i3lock", "--nofork"}
	}
	return []string{string(k)}
}

// window matches the visible window that covers the screen.
func (k LockerKind) window() string {
	if k == XSecureLock {
		return "^saver_multiplex_screen$"
	}
	return "^" + string(k) + "$"
}

// xsecurelockEnv is XSecureLock's configuration: its PAM service, and windows that xdotool can find, which those in
// the compositor's overlay are not.
func xsecurelockEnv() []string {
	return []string{"XSECURELOCK_PAM_SERVICE=" + string(XSecureLock), "XSECURELOCK_NO_COMPOSITE=1"}
}

// promptWindow matches the window in which XSecureLock asks.
const promptWindow = "^auth$"

// Locker is a screen locker of a session, kept ready by xss-lock, which waits for logind's word.
type Locker struct {
	kind    LockerKind
	display *Display
	xss     *Proc
}

// Locker starts xss-lock with a locker in the session, and returns when it listens to logind. It runs until ctx ends.
func (s *Session) Locker(ctx context.Context, d *Display, kind LockerKind) (*Locker, error) {
	if err := requireTools("xss-lock", string(kind), "xdotool"); err != nil {
		return nil, err
	}
	watch, err := s.watchSubscription(ctx)
	if err != nil {
		return nil, err
	}
	defer watch.Close()
	xss, err := s.Start(ctx, Cmd{
		Path: "xss-lock", Args: append([]string{"--"}, kind.command()...),
		Env: append(d.Env(), xsecurelockEnv()...),
	})
	if err != nil {
		return nil, err
	}
	return &Locker{kind: kind, display: d, xss: xss}, xss.awaitReady(ctx, watch.seen)
}

// Running tells whether the locker's program is there; the screen may not be covered yet.
func (l *Locker) Running() bool { return len(children(l.xss.PID)) > 0 }

// AwaitLocked waits until the locker covers the screen and has the keyboard, 10 s at most. Both lockers start a child of their own
// right after they have grabbed it.
func (l *Locker) AwaitLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var failure error
	err := Await(ctx, string(l.kind)+" to lock", func() bool {
		lockers := children(l.xss.PID)
		if len(lockers) == 0 || len(children(lockers[0].pid)) == 0 {
			return false
		}
		var windows []string
		windows, failure = l.display.Windows(ctx, l.kind.window())
		return failure != nil || len(windows) > 0
	})
	if failure != nil {
		return failure
	}
	return err
}

// AwaitUnlocked waits until the locker's program has ended, 10 s at most.
func (l *Locker) AwaitUnlocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return Await(ctx, string(l.kind)+" to end", func() bool { return !l.Running() })
}

// Enter types a secret and Return, after having waited for the question where the locker shows one.
func (l *Locker) Enter(ctx context.Context, secret string) error {
	if l.kind == XSecureLock {
		if err := l.wake(ctx); err != nil {
			return err
		}
	}
	return l.display.Type(ctx, secret)
}

// wake presses a key that is no part of the secret and waits for the question, unless it is there.
func (l *Locker) wake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	windows, err := l.display.Windows(ctx, promptWindow)
	if err != nil || len(windows) > 0 {
		return err
	}
	if err := l.display.Key(ctx, "Shift_L"); err != nil {
		return err
	}
	var failure error
	err = Await(ctx, "the question of "+string(l.kind), func() bool {
		windows, failure = l.display.Windows(ctx, promptWindow)
		return failure != nil || len(windows) > 0
	})
	if failure != nil {
		return failure
	}
	return err
}
