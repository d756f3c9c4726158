package responder

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"time"

	"siths-agent/internal/testpki"
)

type signerKey struct {
	id    testpki.CAID
	fault Fault
}

// signer is who signs an answer for an authority.
func (r *Responder) signer(issuer *testpki.CA, how Behaviour) (*testpki.CA, error) {
	by := issuer
	switch how.OCSP {
	case ByForger:
		forger, err := r.pki.Forger(issuer.ID)
		if err != nil {
			return nil, err
		}
		by = forger
	case BySibling:
		by = r.pki.CA(testpki.PersonHSA2)
	}
	if how.Signer != Delegated {
		return by, nil
	}
	return r.delegate(by, how.OCSP)
}

// delegate makes a delegated signer, once for each authority and fault.
func (r *Responder) delegate(by *testpki.CA, f Fault) (*testpki.CA, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := signerKey{by.ID, f}
	if made := r.signers[key]; made != nil {
		return made, nil
	}
	made, err := r.pki.IssueResponder(by.ID, func(c *x509.Certificate) {
		switch f {
		case NoUsage:
			c.ExtKeyUsage = nil
		case ByPerson:
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageAny}
		case SignerIsOver:
			c.NotAfter = r.now().Add(-time.Minute)
		}
	})
	if err == nil && f == ByForger { // the same certificate, but signed with the forger's key
		var der []byte
		if der, err = x509.CreateCertificate(rand.Reader, made.Cert, by.Cert, &made.Key.PublicKey, by.Key); err == nil {
			made.Cert, err = x509.ParseCertificate(der)
		}
	}
	if err != nil {
		return nil, err
	}
	r.signers[key] = made
	return made, nil
}

var errNothingToReplay = errors.New("no good answer was given about this certificate yet")

func (r *Responder) replayed(id certID) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.good[string(id.Serial.Bytes())]; old != nil {
		return old, nil
	}
	return nil, errNothingToReplay
}

func (r *Responder) remember(id certID, answer []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key := string(id.Serial.Bytes()); r.good[key] == nil {
		r.good[key] = answer
	}
}

// list makes an authority's revocation list.
func (r *Responder) list(id testpki.CAID, how Behaviour) ([]byte, error) {
	shape := testpki.CRL{Entries: how.Entries, Bulk: how.Bulk, Age: r.pki.Now().Sub(r.now())}
	for _, serial := range how.Revoked {
		if n, ok := new(big.Int).SetString(serial, 16); ok {
			r.pki.RevokeSerial(testpki.PersonHSA3, n)
		}
	}
	switch how.CRL {
	case Expired:
		shape.Age += 49 * time.Hour
	case Future:
		shape.Age -= time.Hour
	case SHA1:
		shape.SHA1 = true
	case Delta:
		shape.Delta = true
	case Scoped:
		shape.Scoped = true
	case Forget:
		shape.Forget = true
	case OtherOwner:
		id = testpki.PersonHSA2
	case BySibling:
		shape.Signer = r.pki.CA(testpki.PersonHSA2)
	case ByForger:
		forger, err := r.pki.Forger(id)
		if err != nil {
			return nil, err
		}
		shape.Signer = forger
	}
	return r.pki.CRL(id, shape)
}
