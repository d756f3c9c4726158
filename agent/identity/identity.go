// Package identity decides whose card this is: chain, revocation, level of assurance, and the local account.
package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity/revocation"
	"siths-agent/pcsc/siths"
)

// expiresSoon is how long before its end a certificate is warned about.
const expiresSoon = 60 * 24 * time.Hour

// Identifier turns a card's certificates into a person. It is safe for concurrent use.
type Identifier struct {
	cfg     Config
	anchors anchors
	leaves  revocation.Checker // of people's certificates
	uppers  revocation.Checker // of their authorities'
}

// New reads the trust anchors and returns an Identifier for this policy. Errors are *ConfigError and name the
// file or the key. Revocation lists are not read here but when they are needed.
func New(cfg Config) (*Identifier, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	anchors, err := loadAnchors(cfg.Anchors)
	if err != nil {
		return nil, err
	}
	i := &Identifier{cfg: cfg, anchors: anchors, leaves: newChecker(cfg, anchors.dirs)}
	i.uppers = i.leaves
	i.uppers.Policy.Order = listsFirst(i.leaves.Policy.Order)
	i.learn()
	return i, i.checkShared()
}

// Identify chooses the certificate to log in with among a card's DER certificates and checks everything that
// can be checked without the card's key. A refusal is a *Refusal; its Person is filled in as far as the
// certificate could be read. Any other error is the context's.
func (i *Identifier) Identify(ctx context.Context, certs [][]byte) (Person, error) {
	now := i.cfg.Clock()
	card := siths.Read(certs, siths.Rules{Policies: i.cfg.Table, Issuers: i.cfg.Issuers})
	candidates, err := card.Candidates(now)
	if err != nil {
		return Person{}, refuse(noneCode(err), Person{Name: card.Holder()}, err)
	}
	cert, chain, err := i.best(candidates, card, now)
	person := newPerson(cert)
	if err != nil {
		return Person{}, withPerson(err, person)
	}
	person.Issuers = issuers(chain)
	if err := i.accepted(cert, now); err != nil {
		return Person{}, withPerson(err, person)
	}
	return i.askAround(ctx, person, cert, chain)
}

// askAround asks whether the certificate is revoked and whose account it is for, both at once, because either may have to
// wait for a network. A revoked certificate is told as that whatever is wrong with the account.
func (i *Identifier) askAround(ctx context.Context, person Person, cert siths.Certificate, chain []*x509.Certificate) (Person, error) {
	within, cancel := context.WithTimeout(ctx, revocation.MaxWait)
	defer cancel()
	unrevoked := make(chan error, 1)
	go func() {
		answer, err := i.unrevoked(within, chain)
		person.Revocation = tell(answer, err == nil)
		if answer.Offline {
			person.Warnings = append(person.Warnings, apitype.NetworkDown)
		}
		unrevoked <- err
	}()
	account, accountErr := i.account(within, cert)
	revokedErr := <-unrevoked
	now := i.now()
	switch {
	case ctx.Err() != nil:
		return Person{}, fmt.Errorf("identifying the card's holder: %w", ctx.Err())
	case revokedErr != nil:
		return Person{}, withPerson(revokedErr, person)
	case isExpired(cert.X509, now): // by a clock that nobody has set back
		return Person{}, withPerson(i.accepted(cert, now), person)
	case accountErr != nil:
		return Person{}, withPerson(accountErr, person)
	}
	person.Shared = i.isShared()
	return person.as(account, now), nil
}

// noneCode is the code of a card without a certificate to log in with: it may be among those that cannot be read.
func noneCode(err error) apitype.Code {
	if none, ok := errors.AsType[*siths.NoAuthenticationError](err); ok && none.Unreadable > 0 {
		return apitype.CertMalformed
	}
	return apitype.CertNone
}

// now is the time that a certificate's end is reckoned by: setting the machine's clock back does not make it earlier, as
// long as somebody asks about revocation, which is what corrects it when it was too late.
func (i *Identifier) now() time.Time {
	if i.cfg.Revocation == Off {
		return i.cfg.Clock()
	}
	return i.leaves.Store.Now()
}

// accepted checks what policy asks of the leaf: a known policy for an HSA-id, its level, and its period. The
// policy is looked up here because Go's verifier accepts any policy under an issuer that has anyPolicy.
func (i *Identifier) accepted(cert siths.Certificate, now time.Time) error {
	switch {
	case cert.PolicyErr != nil:
		return refusal(apitype.CertPolicyUnknown, "policies %q: %w", cert.Policies, cert.PolicyErr)
	case !reaches(cert.Rule.LoA, i.cfg.MinimumLoA):
		return refusal(apitype.CertLoATooLow, "policy %s is level %d, at least %d is asked for",
			cert.PolicyOID, cert.Rule.LoA, i.cfg.MinimumLoA)
	case isEarly(cert.X509, now):
		return refusal(apitype.CertNotYetValid, "valid from %s", stamp(cert.X509.NotBefore))
	case isExpired(cert.X509, now):
		return refusal(apitype.CertExpired, "valid until %s", stamp(cert.X509.NotAfter))
	}
	return nil
}

// Refusal is a card that is not accepted: why, in the words of the contract, and for whom.
type Refusal struct {
	Code   apitype.Code
	Person Person // as far as it is known; nothing in it is to be relied on
	Err    error  // what was found
}

// Error gives the code and what was found.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %v", r.Code, r.Err) }

// ProblemCode returns the code.
func (r *Refusal) ProblemCode() apitype.Code { return r.Code }

// Unwrap returns what was found.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(code apitype.Code, person Person, err error) *Refusal {
	return &Refusal{Code: code, Person: person, Err: err}
}

func refusal(code apitype.Code, format string, args ...any) error {
	return refuse(code, Person{}, fmt.Errorf(format, args...))
}

// withPerson says whom a refusal is about.
func withPerson(err error, person Person) error {
	if r, ok := errors.AsType[*Refusal](err); ok {
		r.Person = person
	}
	return err
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func isSelfIssued(cert *x509.Certificate) bool {
	return string(cert.RawSubject) == string(cert.RawIssuer)
}
