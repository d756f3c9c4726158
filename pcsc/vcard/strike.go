package vcard

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// momentUsage is how the moment of a fault is written.
const momentUsage = "[at=N] [when=before|in|after] [times=N]"

// errArgument says that a fault's own argument is not one of those that it takes.
var errArgument = errors.New("wrong argument")

// when is the side of an APDU on which a fault strikes.
type when string

const (
	before when = "before" // the command has come and the card has not carried it out
	within when = "in"     // the card has carried it out and its answer is on the way
	after  when = "after"  // the answer has gone out
)

// moment is where and how often a fault strikes. The zero moment is at once and for ever.
type moment struct {
	given bool // something was said of it
	at    int  // the first APDU of an insertion that is struck; 0: the next
	when  when // empty: before for what happens to the card, within for what it answers
	times int  // 0: the kind decides
}

// parseMoment takes the words of a moment off the end of what follows a fault's name. The rest is the fault's own
// argument, which may hold spaces.
func parseMoment(rest string) (arg string, m moment, ok bool) {
	words := strings.Fields(rest)
	for len(words) > 0 {
		key, value, found := strings.Cut(words[len(words)-1], "=")
		if !found || strings.Contains(key, "/") {
			break
		}
		if !m.set(key, value) {
			return "", moment{}, false
		}
		rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), words[len(words)-1]))
		words = words[:len(words)-1]
	}
	return strings.TrimSpace(rest), m, true
}

func (m *moment) set(key, value string) bool {
	m.given = true
	number, err := strconv.Atoi(value)
	isNumber := err == nil && number > 0
	switch key {
	case "at":
		m.at = number
		return isNumber
	case "times":
		m.times = number
		return isNumber
	case "when":
		m.when = when(value)
		return m.when == before || m.when == within || m.when == after
	}
	return false
}

// exchanged is one command with what the card makes of it.
type exchanged struct {
	command  []byte
	answer   []byte // the card's own; nil when it has not carried the command out
	previous []byte // what the card answered before; nil when this is the first command
}

// told is the card's own answer, or what a card would say that pretends to have carried the command out: as many
// zeros as Le asks for, and success.
func (e exchanged) told() []byte {
	if e.answer != nil {
		return e.answer
	}
	c, _ := parseCommand(e.command) // of a command that is none, Le is 0
	return swOK.appendTo(make([]byte, min(c.ne, maxShortNe)))
}

// fate is what becomes of the card in the reader.
type fate int

const (
	goesOn fate = iota // nothing
	mute               // it stays in and says nothing more
	lost               // the connection broke; the card goes in again when it can
	out                // it was taken out
	back               // it was taken out and put in again at once
)

// strike is what a fault does to single APDUs: it changes an answer, or something happens to the card.
type strike struct {
	moment
	answer func(exchanged) []byte                    // nil: act
	act    func(ctx context.Context, d *Device) fate // the exchange goes on when the card does
}

// begin sets the moment. A fault that is told where to strike does so once, unless it is of a kind that has no end.
func (s *strike) begin(m moment, endless bool) {
	switch {
	case m.when != "":
	case s.answer != nil:
		m.when = within
	default:
		m.when = before
	}
	if m.times == 0 && m.at > 0 && !endless {
		m.times = 1
	}
	if m.times == 0 {
		m.times = -1
	}
	s.moment = m
}

// hits tells whether APDU n of an insertion is struck, and counts it.
func (s *strike) hits(n int) bool {
	if s == nil || n < s.at || s.times == 0 {
		return false
	}
	if s.times > 0 {
		s.times--
	}
	return true
}
