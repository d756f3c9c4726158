package siths

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

// Object identifiers that crypto/x509 has no field for.
var (
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}                      // X.520, 6.2.3
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42}                     // X.520, 6.2.4
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}                      // X.520, 6.2.2
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}                     // X.520, 6.4.1
	oidTitle        = asn1.ObjectIdentifier{2, 5, 4, 12}                     // X.520, 6.4.3
	oidSerialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}                      // X.520, 6.2.9
	oidSAN          = asn1.ObjectIdentifier{2, 5, 29, 17}                    // RFC 5280, 4.2.1.6
	oidPolicies     = asn1.ObjectIdentifier{2, 5, 29, 32}                    // RFC 5280, 4.2.1.4
	oidUPN          = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3} // Microsoft szOID_NT_PRINCIPAL_NAME
	oidCardNumber   = asn1.ObjectIdentifier{1, 2, 752, 34, 2, 1}             // SS 614331, SEIS card number
)

// maxText is how much of a name is kept, in characters; X.520's upper bounds are 64 (name: 32 768).
const maxText = 128

// attribute returns the only value of a subject attribute, or "" when there is none or more than one.
func attribute(name pkix.Name, oid asn1.ObjectIdentifier) string { return only(attributes(name, oid)) }

// attributes returns every value of a subject attribute that is text.
func attributes(name pkix.Name, oid asn1.ObjectIdentifier) []string {
	var values []string
	for _, a := range name.Names {
		if text, ok := a.Value.(string); ok && a.Type.Equal(oid) {
			values = append(values, text)
		}
	}
	return values
}

// holderName is the given name and surname, else the common name.
func holderName(name pkix.Name) string {
	given, surname := attribute(name, oidGivenName), attribute(name, oidSurname)
	if given != "" && surname != "" {
		return displayText(given + " " + surname)
	}
	return displayText(attribute(name, oidCommonName))
}

func extensionValue(cert *x509.Certificate, oid asn1.ObjectIdentifier) []byte {
	for _, ext := range cert.Extensions {
		if ext.Id.Equal(oid) {
			return ext.Value
		}
	}
	return nil
}

// cardNumber returns the masked number of the card: its last four digits, or "" where there is none.
func cardNumber(cert *x509.Certificate) string {
	var number asn1.RawValue
	rest, err := asn1.Unmarshal(extensionValue(cert, oidCardNumber), &number)
	if err != nil || len(rest) != 0 || number.Tag != asn1.TagPrintableString {
		return ""
	}
	digits := string(number.Bytes)
	if !allDigits(digits) || len(digits) < 8 {
		return ""
	}
	return lastFour(digits)
}

// userPrincipalName returns the only UPN of the certificate, or "" when there is none, more than one, or one
// with characters that no account has.
func userPrincipalName(cert *x509.Certificate) string {
	var names []asn1.RawValue
	if rest, err := asn1.Unmarshal(extensionValue(cert, oidSAN), &names); err != nil || len(rest) != 0 {
		return ""
	}
	var upns []string
	for _, name := range names {
		if text, ok := parseUPN(name); ok {
			upns = append(upns, text)
		}
	}
	upn := only(upns)
	if displayText(upn) != upn {
		return ""
	}
	return upn
}

// parseUPN reads one GeneralName (RFC 5280, 4.2.1.6): otherName is [0] IMPLICIT, its value [0] EXPLICIT.
func parseUPN(name asn1.RawValue) (string, bool) {
	if name.Class != asn1.ClassContextSpecific || name.Tag != 0 {
		return "", false
	}
	var other struct {
		ID      asn1.ObjectIdentifier
		Wrapper asn1.RawValue
	}
	rest, err := asn1.UnmarshalWithParams(name.FullBytes, &other, "tag:0")
	if err != nil || len(rest) != 0 || !other.ID.Equal(oidUPN) || other.Wrapper.Class != asn1.ClassContextSpecific {
		return "", false
	}
	var value asn1.RawValue
	rest, err = asn1.Unmarshal(other.Wrapper.Bytes, &value)
	if err != nil || len(rest) != 0 || value.Class != asn1.ClassUniversal || value.Tag != asn1.TagUTF8String {
		return "", false
	}
	return string(value.Bytes), true
}
