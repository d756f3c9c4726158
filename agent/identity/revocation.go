package identity

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"siths-agent/agent/apitype"
)

// The words of apitype.Revocation.
const (
	resultGood    = "good"
	resultRevoked = "revoked"
	resultUnknown = "unknown"
	resultOff     = "off"
	sourceCRL     = "crl"
)

var (
	errRevoked   = errors.New("revoked")
	errNoCurrent = errors.New("no current revocation list")
)

// unrevoked asks the lists about the leaf, and about every authority between it and the root for which there
// are any. The answer is the leaf's, or that of a refusal; whatever is revoked refuses in every mode.
func (i *Identifier) unrevoked(chain []*x509.Certificate, now time.Time) (apitype.Revocation, error) {
	if answer, err := i.upperUnrevoked(chain, now); err != nil {
		return answer, err
	}
	answer := i.ask(i.crls.of(chain[1]), chain[0], now)
	if err := i.permits(answer, chain[0]); err != nil {
		return answer, err
	}
	if answer.Result == resultUnknown {
		answer.Result = resultOff
	}
	return answer, nil
}

// ask reads the answer out of the lists of a certificate's issuer. The newest list and the newest current one
// can each make the certificate revoked; only the current one can make it good.
func (i *Identifier) ask(found []*x509.RevocationList, cert *x509.Certificate, now time.Time) apitype.Revocation {
	var current []*x509.RevocationList
	for _, list := range found {
		if isCurrent(list, now, i.grace()) {
			current = append(current, list)
		}
	}
	last, valid := newest(found), newest(current)
	switch {
	case lists(last, cert.SerialNumber):
		return crlAnswer(resultRevoked, last, now)
	case valid == nil:
		return apitype.Revocation{Result: resultUnknown}
	case lists(valid, cert.SerialNumber):
		return crlAnswer(resultRevoked, valid, now)
	default:
		return crlAnswer(resultGood, valid, now)
	}
}

func crlAnswer(result string, list *x509.RevocationList, now time.Time) apitype.Revocation {
	age := max(0, now.Sub(list.ThisUpdate))
	return apitype.Revocation{Result: result, Source: sourceCRL, AgeS: int64(age / time.Second)}
}

func (i *Identifier) permits(answer apitype.Revocation, cert *x509.Certificate) error {
	about := fmt.Sprintf("certificate %x of %q", cert.SerialNumber, cert.Issuer.CommonName)
	switch {
	case answer.Result == resultRevoked:
		return refusal(apitype.CertRevoked, "%s: %w", about, errRevoked)
	case answer.Result == resultUnknown && i.cfg.Revocation.required():
		return refusal(apitype.CertRevocationUnknown, "%s: %w", about, errNoCurrent)
	}
	return nil
}

func (i *Identifier) grace() time.Duration {
	if i.cfg.Revocation == Grace {
		return i.cfg.Grace
	}
	return 0
}
