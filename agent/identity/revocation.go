package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity/revocation"
)

// resultOff is the word of apitype.Revocation for a certificate that nobody was asked about.
const resultOff = "off"

var (
	errRevoked   = errors.New("revoked")
	errNoCurrent = errors.New("no current answer about revocation")
)

// newChecker makes what answers about revocation under this policy.
func newChecker(cfg Config, dirs []string) revocation.Checker {
	store := cfg.Store
	if store == nil {
		store = revocation.Open(revocation.Options{Now: cfg.Clock})
	}
	c := revocation.Checker{Store: store, Folders: revocation.NewFolders(dirs)}
	c.Policy.Timeout = cfg.Timeout
	if cfg.Revocation != Off {
		c.Policy.Order = cfg.Order
	}
	if cfg.Revocation == Grace {
		c.Policy.Grace = cfg.Grace
	}
	return c
}

// listsFirst is the order for authorities, whose lists live for months: a question to the network for each login would
// only keep the one about the person waiting.
func listsFirst(order []revocation.Source) []revocation.Source {
	if !slices.Contains(order, revocation.CRL) {
		return order
	}
	others := slices.DeleteFunc(slices.Clone(order), func(s revocation.Source) bool { return s == revocation.CRL })
	return append([]revocation.Source{revocation.CRL}, others...)
}

// learn tells where the lists about the authorities of policy are, before the first card comes.
func (i *Identifier) learn() {
	for _, ca := range i.anchors.intermediates {
		for _, above := range slices.Concat(i.anchors.roots, i.anchors.intermediates) {
			if ca.CheckSignatureFrom(above) == nil {
				i.leaves.Store.Learn(ca, above)
			}
		}
	}
}

// unrevoked asks about the leaf, and meanwhile about every authority between it and the root for which there are lists.
// The answer is the leaf's, or that of a refusal; whatever is revoked refuses in every mode.
func (i *Identifier) unrevoked(ctx context.Context, chain []*x509.Certificate) (revocation.Answer, error) {
	i.leaves.Store.Learn(chain[0], chain[1])
	leaf := make(chan revocation.Answer, 1)
	go func() { leaf <- i.leaves.Check(ctx, chain[0], chain[1]) }()
	upper, err := i.upperUnrevoked(ctx, chain)
	answer := <-leaf
	if err != nil {
		return upper, err
	}
	return answer, i.permits(answer, chain[0])
}

func (i *Identifier) permits(answer revocation.Answer, cert *x509.Certificate) error {
	about := fmt.Sprintf("certificate %x of %q", cert.SerialNumber, cert.Issuer.CommonName)
	switch {
	case answer.Result == revocation.Revoked:
		return refusal(apitype.CertRevoked, "%s: %w", about, errRevoked)
	case answer.Result == revocation.Unknown && i.cfg.Revocation.required():
		return refusal(apitype.CertRevocationUnknown, "%s: %w", about, errNoCurrent)
	}
	return nil
}

// tell puts an answer into the words of the API.
func tell(answer revocation.Answer, accepted bool) apitype.Revocation {
	r := apitype.Revocation{Result: string(answer.Result), Source: string(answer.Source), AgeS: int64(answer.Age / time.Second)}
	if answer.Result == revocation.Unknown && accepted {
		r.Result = resultOff
	}
	return r
}
