package vcard

import (
	"errors"
	"fmt"
	"strings"
)

// fault is one way in which a card misbehaves. Each part may be absent.
type fault struct {
	name   string
	sign   func(honest signFunc) signFunc // wraps signing
	verify func(honest []byte) []byte     // changes the answers to VERIFY
	card   *Card                          // answers instead of the card in the reader
	atr    []byte                         // is told instead of the card's own; nil: the own
	strike *strike                        // comes over single APDUs
}

// faultKind is a row of the registry: how a fault is called, what it does, and how one is made.
type faultKind struct {
	name    string
	arg     string // what has to follow the name; empty: nothing
	does    string // for people, after "the card"
	moments bool   // it can be told at which APDU to strike and when
	endless bool   // it strikes again and again, wherever it begins
	build   func(d *Device, arg string) (fault, error)
}

// usage is how the fault is written, behind "fault".
func (k faultKind) usage() string {
	words := []string{k.name}
	if k.arg != "" {
		words = append(words, k.arg)
	}
	if k.moments {
		words = append(words, momentUsage)
	}
	return strings.Join(words, " ")
}

// faultKinds is the registry. A new fault is a new row.
func faultKinds() []faultKind {
	var all []faultKind
	for _, some := range [][]faultKind{handFaults(), answerFaults(), proofFaults(), contentFaults()} {
		all = append(all, some...)
	}
	return all
}

// FaultHelp lists the faults for people, a line each.
func FaultHelp() string {
	var text strings.Builder
	for _, kind := range faultKinds() {
		mark := ""
		if kind.moments {
			mark = " *"
		}
		fmt.Fprintf(&text, "  %-26s the card %s%s\n", strings.TrimSpace(kind.name+" "+kind.arg), kind.does, mark)
	}
	fmt.Fprintf(&text, "Those with * take %s: from the Nth APDU of an insertion on;\n", momentUsage)
	text.WriteString("before the card carries it out, in its answer, or after that; so often, which is once when at is given and\n" +
		"for ever when it is not.\n")
	return text.String()
}

// UnknownFaultError says that no fault has this name.
type UnknownFaultError struct{ Name string }

// Error names the faults that there are.
func (e UnknownFaultError) Error() string {
	var known []string
	for _, kind := range faultKinds() {
		known = append(known, strings.TrimSpace(kind.name+" "+kind.arg))
	}
	return fmt.Sprintf("there is no fault %q; there are: %s", e.Name, strings.Join(known, ", "))
}

// FaultArgumentError says that a fault was given an argument that it does not take, or lacks the one that it needs.
type FaultArgumentError struct{ Name, Usage string }

// Error shows how the fault is written.
func (e FaultArgumentError) Error() string { return "write: fault " + e.Usage }

// newFault makes a fault by its name, with what followed the name.
func newFault(d *Device, name, rest string) (*fault, error) {
	for _, kind := range faultKinds() {
		if kind.name == name {
			return kind.make(d, rest)
		}
	}
	return nil, UnknownFaultError{name}
}

func (k faultKind) make(d *Device, rest string) (*fault, error) {
	wrong := FaultArgumentError{k.name, k.usage()}
	arg, m, ok := parseMoment(rest)
	if !ok || (arg == "") != (k.arg == "") || m.given && !k.moments {
		return nil, wrong
	}
	f, err := k.build(d, arg)
	if errors.Is(err, errArgument) {
		return nil, wrong
	}
	if err != nil {
		return nil, fmt.Errorf("making fault %s: %w", k.name, err)
	}
	f.name = k.name
	if f.card != nil && m.given {
		f.card, f.strike = nil, putting(f.card)
	}
	if f.strike != nil {
		f.strike.begin(m, k.endless)
	}
	return &f, nil
}
