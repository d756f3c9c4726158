// Package unlock follows the desktop sessions of the machine and locks them.
package unlock

import (
	"errors"
	"strconv"
	"strings"
)

// Session is one desktop session.
type Session struct {
	// ID is the login manager's name for it, such as "c1", or "uid-1000" where nothing but the user is known.
	ID string
	// UID is whose it is.
	UID uint32
	// User is that account's name; empty where the login manager does not tell.
	User string
}

// StandsIn says that s stands for a user because there is no login manager to ask for sessions.
func (s Session) StandsIn() bool {
	_, yes := parseUID(s.ID)
	return yes
}

// Kind is what happened at a desktop.
type Kind uint8

// The kinds of Event.
const (
	// Locked: the session was told to lock, by us or anybody.
	Locked Kind = iota + 1
	// Unlocked: the session was told to unlock. This is not a proof of anybody's identity.
	Unlocked
	// HintLocked: the session's locker says that it covers the screen.
	HintLocked
	// HintUnlocked: the session's locker says that it does not.
	HintUnlocked
	// Ended: the session is gone.
	Ended
	// Sleep: the machine is about to sleep and waits, for some seconds, until Done is called.
	Sleep
	// Wake: the machine is awake again.
	Wake
	// Appeared: the login manager is there, for the first time or again. What could not be locked before can be now.
	Appeared
	// Idle: the session says that nobody uses it any more.
	Idle
	// Active: the session says that somebody uses it again.
	Active
	// Began: the session is there.
	Began
)

// String is the kind as logs write it.
func (k Kind) String() string {
	names := [...]string{"unknown", "locked", "unlocked", "hint-locked", "hint-unlocked", "ended", "sleep", "wake", "appeared", "idle", "active", "began"}
	if int(k) >= len(names) {
		return names[0]
	}
	return names[k]
}

// Event is one thing that happened.
type Event struct {
	Kind Kind
	// Session is the ID of the session it happened to; empty with Sleep, Wake and Appeared.
	Session string
	// Done lets the machine sleep. It is set with Sleep only and may be called more than once.
	Done func()
}

var (
	// ErrNoSession tells that there is no such desktop session, or none that can be locked.
	ErrNoSession = errors.New("no such desktop session")
	// ErrAway tells that the login manager, which was there before, does not answer now. Try again.
	ErrAway = errors.New("the login manager does not answer")
	// ErrMalformed tells that the login manager answered with something that its interface does not have.
	ErrMalformed = errors.New("the login manager sent what its interface does not have")
)

// uidPrefix begins the ID of the session of a user of whom nothing else is known.
const uidPrefix = "uid-"

// ofUID is the session of a user of whom nothing else is known.
func ofUID(uid uint32) Session {
	return Session{ID: uidPrefix + strconv.FormatUint(uint64(uid), 10), UID: uid}
}

// parseUID reads the user out of an ID that ofUID made. Other spellings of the same number are none of ours.
func parseUID(id string) (uint32, bool) {
	digits, ok := strings.CutPrefix(id, uidPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || ofUID(uint32(n)).ID != id {
		return 0, false
	}
	return uint32(n), true
}
