package identity

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
)

// maxCRLSize is the largest revocation list that is read, in bytes.
const maxCRLSize = 16 << 20

// The ways in which a revocation list cannot be used.
var (
	errCRLExtension = errors.New("an extension that changes what the list means")
	errTrailing     = errors.New("bytes after the end of the list")
	errCRLIssuer    = errors.New("not by this authority")
	errCRLAlgorithm = errors.New("signed with an algorithm no longer accepted")
)

// Object identifiers of extensions that make a list something else than the whole list of its issuer. Both are
// to be critical, but a list without that mark is no better.
var (
	oidDeltaIndicator    = asn1.ObjectIdentifier{2, 5, 29, 27} // RFC 5280, 5.2.4
	oidDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28} // RFC 5280, 5.2.5
)

// parseCRL reads one revocation list and refuses what would change its meaning: delta lists, lists for a part
// of the certificates, indirect lists, and any critical extension (RFC 5280, 5.2 and 5.3).
func parseCRL(der []byte) (*x509.RevocationList, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	if len(list.Raw) != len(der) {
		return nil, errTrailing
	}
	if err := checkCRLExtensions(list.Extensions); err != nil {
		return nil, err
	}
	for _, entry := range list.RevokedCertificateEntries {
		if err := checkCRLExtensions(entry.Extensions); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func acceptedAlgorithm(algorithm x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	}, algorithm)
}

// newest returns the list that was made last, nil for none.
func newest(found []*x509.RevocationList) *x509.RevocationList {
	if len(found) == 0 {
		return nil
	}
	return slices.MaxFunc(found, func(a, b *x509.RevocationList) int { return a.ThisUpdate.Compare(b.ThisUpdate) })
}
