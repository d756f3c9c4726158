// Package policy reads what the administrator decides: one typed struct, filled from TOML files and nothing else.
package policy

import (
	"path"
	"time"
)

// Policy is every decision that the service takes from its administrator. Load returns it complete: a key
// that no file sets has its built-in default.
type Policy struct {
	Card       Card
	Trust      Trust
	Revocation Revocation
	Identity   Identity
	Session    Session
	Audit      Audit
	UI         UI
}

// Card says how cards and readers are used.
type Card struct {
	Modules          []string // PKCS#11 modules, tried in order: absolute paths or bare file names
	Readers          []string // patterns of path.Match; empty allows every reader
	OperationTimeout time.Duration
	Products         []Product // the first that fits a card says how its PIN is unblocked
}

// Product says how a blocked PIN of one card product is unblocked. A card fits where it has one of the ATRs and the carrier;
// either is empty where it does not matter.
type Product struct {
	Name    string
	ATRs    []string // hexadecimal, x for any digit
	Carrier string   // as OIDRule's
	Unlock  string   // "puk-letter", "administrator" or "replace"
}

// Allows reports whether policy lets the reader of that name be used.
func (c Card) Allows(reader string) bool {
	for _, pattern := range c.Readers {
		if ok, err := path.Match(pattern, reader); err == nil && ok {
			return true
		}
	}
	return len(c.Readers) == 0
}

// Environment says which of the two certificate hierarchies counts.
type Environment string

// The environments.
const (
	Production Environment = "production" // refuses TEST and SYSTEMTEST hierarchies
	Test       Environment = "test"       // accepts only them
)

// Trust says which certificates are believed and what they mean.
type Trust struct {
	Environment Environment
	Anchors     []string // absolute paths of folders or PEM files
	MinimumLoA  int      // level of assurance, 2 to 4 (DIGG's tillitsnivåer)
	Policy      []OIDRule
	Issuer      []IssuerRule
	TestMarks   []string // names of test authorities, with one "*" at an end
}

// OIDRule says what one certificate policy (RFC 5280, 4.2.1.4) means.
type OIDRule struct {
	OID      string // dotted decimal
	LoA      int
	Identity string // "hsa", "personnummer" or "samordningsnummer"
	Carrier  string // "card", "reserve" or "mobile"
}

// IssuerRule says what an issuer means for certificates that have no policies, and at most for others.
type IssuerRule struct {
	Name     string // common name
	LoA      int
	Identity string // as OIDRule's
	Carrier  string // as OIDRule's; empty: of several kinds
}

// RevocationMode says what happens when nobody can tell whether a certificate is revoked.
type RevocationMode string

// The revocation modes.
const (
	Require RevocationMode = "require" // no fresh answer, no unlock
	Grace   RevocationMode = "grace"   // an earlier good answer counts for Revocation.Grace
	Off     RevocationMode = "off"     // nobody is asked; never in Production
)

// Revocation says how revocation is checked.
type Revocation struct {
	Mode    RevocationMode
	Order   []string // "ocsp", "crl"
	Grace   time.Duration
	Timeout time.Duration
	Proxy   string // "http://host:port"; empty is none
}

// Identity says how a person becomes a local account.
type Identity struct {
	Sources []string // "accounts", "upn", "ldap": the first that knows the person decides
	LDAP    LDAP
}

// LDAP says where the directory is and what to ask it. URI is empty when there is none.
type LDAP struct {
	URI       string
	Base      string
	Filter    string // holds {hsa_id}
	Attribute string
	StartTLS  bool
	CA        string // absolute path of a PEM file; empty means the system's authorities
	Bind      string // "machine" or "file:" and an absolute path

	Timeout time.Duration // for one answer
	MaxAge  time.Duration // of an answer that is used while the directory cannot be reached; 0 uses none
}

// SessionMode says whose desktop session a card opens.
type SessionMode string

// The session modes.
const (
	Personal SessionMode = "personal" // the person's own
	Shared   SessionMode = "shared"   // that of Session.SharedAccount
)

// Removal says what happens to the desktop session when the card is pulled.
type Removal string

// What can happen on removal.
const (
	Lock   Removal = "lock"
	Logout Removal = "logout"
	None   Removal = "none"
)

// Session says how the desktop session follows the card.
type Session struct {
	Mode              SessionMode
	OnRemoval         Removal
	RemovalGrace      time.Duration
	IdleLock          time.Duration
	IdentityHeartbeat time.Duration
	SharedAccount     string
	ClosePrograms     []string
}

// Audit says where audit rows go beside the local log and how long that is kept.
type Audit struct {
	Syslog    string // "tcp+tls://host:port" or "unix:///path"; empty is off
	SyslogCA  string // absolute path of a PEM file; empty means the system's authorities
	Retention time.Duration
}

// UI says what windows allow.
type UI struct {
	PINPaste bool // a code may be pasted into its field
}

// Defaults returns the policy of a machine whose folder dir (absolute) holds no policy file.
func Defaults(dir string) Policy {
	var p Policy
	for _, k := range Keys() {
		k.assign(&p, k.defaultValue(dir))
	}
	return p
}
