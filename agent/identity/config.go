package identity

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"siths-agent/agent/identity/revocation"
	"siths-agent/pcsc/siths"
)

// Environment says which hierarchies are accepted.
type Environment string

// The environments.
const (
	Production Environment = "production" // refuses test hierarchies
	Test       Environment = "test"       // accepts only test hierarchies
)

// Mode says what happens when no list tells whether a certificate is revoked.
type Mode string

// The modes of revocation checking. A certificate that a list says is revoked is refused in all of them.
const (
	Require Mode = "require" // refused without a current list
	Grace   Mode = "grace"   // an answer whose own time is over counts until it is as old as the grace
	Off     Mode = "off"     // accepted; only in the test environment
)

// Source is a place that knows which account a person has.
type Source string

// The sources.
const (
	FromAccounts Source = "accounts" // the table of HSA-ids
	FromUPN      Source = "upn"      // the whole UPN is an account's name
	FromLDAP     Source = "ldap"     // the directory
)

// Config is what policy says about identities.
type Config struct {
	Environment Environment
	Anchors     []string // files, or folders whose .pem, .crt, .cer and .der files are read; their .crl files too
	MinimumLoA  int
	Table       siths.Table // what certificate policies stand for
	Issuers     siths.Table // what issuers stand for, where a certificate has no policies, and at most otherwise
	TestMarks   []string    // names of test authorities, with a star at one end; empty: Inera's
	Revocation  Mode
	Grace       time.Duration       // with mode Grace
	Order       []revocation.Source // where answers are fetched
	Timeout     time.Duration       // for one answer about revocation; 0: revocation.MaxWait

	Sources   []Source // in order; the first that knows the person decides
	Accounts  map[string]string
	Shared    string    // the account that everybody opens who is known here; empty: everybody has one of their own
	Directory Directory // of source FromLDAP; nil knows nobody

	Store  *revocation.Store                  // nil: one that forgets and asks nobody
	Clock  func() time.Time                   // nil: time.Now
	Lookup func(name string) (Account, error) // nil: the system's accounts, by os/user
}

// ConfigError is a policy or a trust anchor that cannot be used.
type ConfigError struct {
	File string // empty where no file is to blame
	Err  error
}

// Error names the file and what is wrong with it.
func (e *ConfigError) Error() string {
	if e.File == "" {
		return e.Err.Error()
	}
	return e.File + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *ConfigError) Unwrap() error { return e.Err }

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Lookup == nil {
		c.Lookup = lookupAccount
	}
	if c.Timeout == 0 {
		c.Timeout = revocation.MaxWait
	}
	c.Accounts = maps.Clone(c.Accounts)
	c.Table = maps.Clone(c.Table)
	c.Issuers = maps.Clone(c.Issuers)
	if len(c.TestMarks) == 0 {
		c.TestMarks = []string{"TEST *", "SYSTEMTEST *", "* PP"} // the last is of the structure before e-id
	}
	c.TestMarks = slices.Clone(c.TestMarks)
	c.Sources = slices.Clone(c.Sources)
	return c
}

// check refuses what would make the checks weaker than the words of the policy say.
func (c Config) check() error {
	switch {
	case c.Environment != Production && c.Environment != Test:
		return configError("environment is %q; it must be production or test", c.Environment)
	case c.Revocation != Require && c.Revocation != Grace && c.Revocation != Off:
		return configError("revocation mode is %q; it must be require, grace or off", c.Revocation)
	case c.unchecked():
		return configError("revocation mode off is only for the test environment")
	case c.MinimumLoA < 2 || c.MinimumLoA > 4:
		return configError("minimum level of assurance is %d; it must be 2, 3 or 4", c.MinimumLoA)
	case c.Grace < 0:
		return configError("revocation grace is %s; it must not be negative", c.Grace)
	}
	if c.Shared != "" && !validAccountName(c.Shared) {
		return configError("shared account: %q cannot be an account's name", c.Shared)
	}
	for _, source := range c.Sources {
		if source != FromAccounts && source != FromUPN && source != FromLDAP {
			return configError("identity source is %q; it must be accounts, upn or ldap", source)
		}
	}
	return c.checkAccounts()
}

func (c Config) checkAccounts() error {
	for _, id := range slices.Sorted(maps.Keys(c.Accounts)) {
		if !siths.IsHSAID(id) {
			return configError("accounts: %q is not an HSA-id", id)
		}
		if name := c.Accounts[id]; !validAccountName(name) {
			return configError("accounts: %q of %s cannot be an account's name", name, id)
		}
	}
	return nil
}

func configError(format string, args ...any) error {
	return &ConfigError{Err: fmt.Errorf(format, args...)}
}
