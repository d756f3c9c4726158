package broker

import (
	"context"

	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// Caller is the program that asks, as the kernel tells of it. It is made by package caller alone.
type Caller struct {
	PID     int32
	Start   uint64 // of the process, in clock ticks since boot (proc(5), stat field 22): PID and Start name a process once
	UID     uint32
	GID     uint32 // that it had at the time of connect(2)
	Session string // desktop session
	Exe     string // path of its program; empty: unknown
	Image   Image  // the file that it runs; zero: unknown
	Digest  string // hex SHA-256 of the program; empty: not known yet
	Package string // that the program's file belongs to; empty: none or unknown
	Label   string // of the kernel's security module at the time of connect(2); empty: there is none
	Tier    system.Tier
}

// Image names a program's file as long as it exists.
type Image struct{ Device, Inode uint64 }

// Login is what a right PIN has opened. It lasts as long as the context that it is given to Broker.Open with.
type Login struct {
	Insertion uint64
	Account   string
	UID       uint32
	Session   string // desktop session that the PIN has opened; empty: not known
	Name      string // of the holder
	HSAID     string
	UPN       string // of the certificate (1.3.6.1.4.1.311.20.2.3); empty: none
	LoA       int
	Carrier   string
	Serial    string // of the certificate, hex
	Issuer    string // of the certificate, RFC 2253
	Reader    string

	Certificate []byte         // of the key that logs in, DER
	Issuers     [][]byte       // from the issuing authority upwards, DER, without the root
	Schemes     []token.Scheme // that the card is known to manage

	// Sign has the card sign a digest. It takes the card's own time, and its errors are those of package token. Its
	// context ends with the login, never with a program that has lost its patience.
	Sign func(ctx context.Context, scheme token.Scheme, digest []byte) ([]byte, error)
}

// Use says what a program wants to do. With Kinds it gets what all systems of these kinds let it have. System is for the
// processes that the agent has started itself (Broker.Own), which get that system alone.
type Use struct {
	Kinds  []system.Kind
	Only   func(system.System) bool // of these, those that it lets through; nil: all
	System string
}

// Question is what the person at the desktop is asked before a program gets a signature.
type Question struct {
	Insertion uint64
	UID       uint32 // of the person
	Caller    Caller
	Systems   []system.System
	EveryTime bool // it is asked for one signature; otherwise the answer holds until the card leaves
}

// State says how far a system is.
type State string

// The states, as snapshots have them.
const (
	NeedPIN     State = "need-pin" // nobody has logged in, or the system's time is over
	Working     State = "working"
	Ready       State = "ready"
	Unreachable State = "unreachable"
	Refused     State = "denied"
)

// Status is one system with its state.
type Status struct {
	Name, Title string
	Kind        system.Kind
	State       State
	Why         error // of Unreachable and Refused, nil: not known; an *Over of NeedPIN while there is a login
}
