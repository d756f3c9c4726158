package testpki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strconv"
	"strings"
)

// Object identifiers of the attributes and extensions that Go's templates cannot express in SITHS's form.
var (
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}  // X.520, 6.3.1
	oidLocality     = asn1.ObjectIdentifier{2, 5, 4, 7}  // X.520, 6.3.4
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10} // X.520, 6.4.1
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}  // X.520, 6.2.2
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}  // X.520, 6.2.3
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42} // X.520, 6.2.4
	oidTitle        = asn1.ObjectIdentifier{2, 5, 4, 12} // X.520, 6.4.3
	oidSerialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}  // X.520, 6.2.9

	oidDirectoryAttributes = asn1.ObjectIdentifier{2, 5, 29, 9}                     // RFC 5280, 4.2.1.8
	oidPolicies            = asn1.ObjectIdentifier{2, 5, 29, 32}                    // RFC 5280, 4.2.1.4
	oidCPS                 = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1}       // RFC 5280, 4.2.1.4
	oidSAN                 = asn1.ObjectIdentifier{2, 5, 29, 17}                    // RFC 5280, 4.2.1.6
	oidUPN                 = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3} // Microsoft szOID_NT_PRINCIPAL_NAME
	oidLogon               = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 2} // Microsoft szOID_KP_SMARTCARD_LOGON
	oidCardNumber          = asn1.ObjectIdentifier{1, 2, 752, 34, 2, 1}             // SS 614331, SEIS card number
	oidDelta               = asn1.ObjectIdentifier{2, 5, 29, 27}                    // RFC 5280, 5.2.4
	oidIDP                 = asn1.ObjectIdentifier{2, 5, 29, 28}                    // RFC 5280, 5.2.5
	oidNobodys             = asn1.ObjectIdentifier{1, 2, 752, 9999}
)

const (
	anyPolicy     = "2.5.29.32.0" // RFC 5280, 4.2.1.4
	cpsAddress    = "https://www.example.test/siths/repository"
	tagUTF8String = asn1.TagUTF8String
	tagPrintable  = asn1.TagPrintableString
)

type attribute struct {
	oid   asn1.ObjectIdentifier
	tag   int
	value string
}

// subject encodes a name with one attribute for each RDN, in order, leaving out empty ones. The string types
// are forced, because Go would choose PrintableString wherever the text allows it and SITHS does not.
func subject(attributes []attribute) ([]byte, error) {
	var name pkix.RDNSequence
	for _, a := range attributes {
		if a.value == "" {
			continue
		}
		value := asn1.RawValue{Tag: a.tag, Bytes: []byte(a.value)}
		name = append(name, pkix.RelativeDistinguishedNameSET{{Type: a.oid, Value: value}})
	}
	return asn1.Marshal(name)
}

func caSubject(commonName string) ([]byte, error) {
	return subject([]attribute{
		{oidCountry, tagPrintable, "SE"},
		{oidOrganization, tagUTF8String, "Inera AB"},
		{oidCommonName, tagUTF8String, commonName},
	})
}

type policyInformation struct {
	Policy     asn1.ObjectIdentifier
	Qualifiers []policyQualifier
}

type policyQualifier struct {
	ID  asn1.ObjectIdentifier
	CPS string `asn1:"ia5"`
}

func policiesExtension(oid string) (pkix.Extension, error) {
	id, err := parseOID(oid)
	if err != nil {
		return pkix.Extension{}, err
	}
	return extension(oidPolicies, []policyInformation{{id, []policyQualifier{{oidCPS, cpsAddress}}}})
}

type otherName struct {
	ID    asn1.ObjectIdentifier
	Value string `asn1:"explicit,tag:0,utf8"`
}

func upnExtension(upn string) (pkix.Extension, error) {
	der, err := asn1.MarshalWithParams(otherName{oidUPN, upn}, "tag:0")
	if err != nil {
		return pkix.Extension{}, err
	}
	return extension(oidSAN, []asn1.RawValue{{FullBytes: der}})
}

func cardNumberExtension(number string) (pkix.Extension, error) {
	return extension(oidCardNumber, asn1.RawValue{Tag: tagPrintable, Bytes: []byte(number)})
}

func extension(id asn1.ObjectIdentifier, value any) (pkix.Extension, error) {
	der, err := asn1.Marshal(value)
	return pkix.Extension{Id: id, Value: der}, err
}

func parseOID(text string) (asn1.ObjectIdentifier, error) {
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("reading object identifier %q: %w", text, err)
		}
		oid = append(oid, n)
	}
	return oid, nil
}
