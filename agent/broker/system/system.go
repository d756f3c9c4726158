// Package system says what a business system is to the broker: one file of systems.d, read strictly.
package system

import "time"

// Kind says how a system wants its proof.
type Kind string

// The kinds that are served. A file with another kind is refused with an error that lists these.
const (
	TLS      Kind = "tls"      // a signature in a TLS handshake, through the virtual card
	Kerberos Kind = "kerberos" // a ticket, got by PKINIT (RFC 4556)
	SSH      Kind = "ssh"      // a signature for ssh's publickey method (RFC 4252, 7)
)

// Tier says how sure it is which program asks.
type Tier int

// The tiers, each including the ones below it but that T3 needs no label.
const (
	T0 Tier = iota // the user and the desktop session, from the kernel
	T1             // and the program's file, its digest and its package: for policy and audit, no boundary (docs/attacksurface.md)
	T2             // and the label that the kernel's security module has put on it
	T3             // and the person has said yes, or given the code
)

// Consent says when the person is asked before a program gets something.
type Consent string

// When there is consent.
const (
	Never     Consent = "never"
	FirstUse  Consent = "first-use-per-insertion"
	EveryTime Consent = "every-time"
	PIN       Consent = "pin" // at the first use, and a yes takes the card's code: no program can give it
)

// Consents returns all of them, the mildest first.
func Consents() []Consent { return []Consent{Never, FirstUse, EveryTime, PIN} }

// Asks is when the person is asked: the highest tier is that they have said yes.
func (c Caller) Asks() Consent {
	switch {
	case c.MinTier >= T3 && c.Consent != EveryTime && c.Consent != PIN:
		return FirstUse
	case c.Consent == "":
		return Never
	}
	return c.Consent
}

// Measure is one thing that is done when the card leaves, beyond what always is: the virtual card is empty and every
// grant is dead.
type Measure string

// The measures.
const (
	Tickets    Measure = "tickets"    // the system's tickets are destroyed, which those of kind Kerberos always are
	NetService Measure = "netservice" // browsers that may use the card or its tickets lose their connections, in Chromium with the network process; windows stay
)

// System is one business system. It is never changed once read.
type System struct {
	Name             string // of its file, without .toml: lower-case letters, digits, "-" and "_"
	Title            string // for people
	Kind             Kind
	ReplacesPassword bool // who gets in with the card has one password less
	Caller           Caller
	Session          Session

	// One of these, by Kind; the others are nil.
	TLS      *TLSRule
	Kerberos *KerberosRule
	SSH      *SSHRule
}

// Caller says which programs may use the system's grant. All that is set has to fit.
type Caller struct {
	Exe       []string // absolute paths of program files; what a kind is known to be used with when the file names none
	Package   string   // that the program's file belongs to, as the system's package manager names it
	Publisher string   // of the program's signature (Windows)
	Label     string   // of the kernel's security module; with MinTier 2 there has to be one
	MinTier   Tier
	Consent   Consent
}

// Session says when what was released ends, beside the card's removal and the lock.
type Session struct {
	Idle      time.Duration // after which nothing was used; 0: no such end
	Absolute  time.Duration // after the PIN; 0: no such end
	OnRemoval []Measure
}

// TLSRule is the [tls] table.
type TLSRule struct {
	Origins                []string // https://host[:port]; a leading "*." in the host stands for any one or more labels
	ACR                    string   // level of assurance that the system asks for, for people to read
	MaxSignaturesPerMinute int      // for each program
}

// KerberosRule is the [kerberos] table.
type KerberosRule struct {
	Realm      string        // upper-case; empty: the default of Config
	Principal  string        // {upn} of the certificate, {account}, {hsa_id}; "{upn}" when the file names none
	Enterprise bool          // the principal is an enterprise name (RFC 6806, 5), which the KDC maps
	Servers    []string      // hosts that browsers show tickets to; a leading "*." stands for any names below; empty: Realm's domain and below
	Config     string        // krb5.conf(5) to use
	Lifetime   time.Duration // that is asked for
	Timeout    time.Duration // for one attempt
}

// SSHRule is the [ssh] table.
type SSHRule struct {
	HostKeys               []string // "SHA256:…" of servers and their authorities that may be logged in to by the agent's socket; empty: any
	MaxSignaturesPerMinute int      // for each program
}
