package revocation

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// readExtensions reads the extensions of an entry (RFC 5280, 4.1, Extension).
func readExtensions(s cryptobyte.String) ([]pkix.Extension, error) {
	var found []pkix.Extension
	for !s.Empty() {
		var ext cryptobyte.String
		var id asn1.ObjectIdentifier
		var value cryptobyte.String
		critical := false
		if !s.ReadASN1(&ext, tags.SEQUENCE) || !ext.ReadASN1ObjectIdentifier(&id) {
			return nil, fmt.Errorf("%w: an extension", errCRLForm)
		}
		if ext.PeekASN1Tag(tags.BOOLEAN) && !ext.ReadASN1Boolean(&critical) {
			return nil, fmt.Errorf("%w: extension %s", errCRLForm, id)
		}
		if !ext.ReadASN1(&value, tags.OCTET_STRING) || !ext.Empty() {
			return nil, fmt.Errorf("%w: extension %s", errCRLForm, id)
		}
		found = append(found, pkix.Extension{Id: id, Critical: critical, Value: value})
	}
	return found, nil
}
