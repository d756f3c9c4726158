package identity

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"siths-agent/agent/apitype"
)

// AltSecurityIdentity returns what Active Directory wants in the attribute altSecurityIdentities of whoever may log in
// with this certificate: issuer and serial number, the strong form (KB5014754). The issuer's names stand in the order of
// the certificate, country first; the serial number's bytes stand in reverse, without leading zeros (CERT_INFO in
// wincrypt.h).
func AltSecurityIdentity(cert *x509.Certificate) (string, error) {
	var issuer pkix.RDNSequence
	if rest, err := asn1.Unmarshal(cert.RawIssuer, &issuer); err != nil || len(rest) > 0 {
		return "", fmt.Errorf("reading the certificate's issuer: %w", err)
	}
	names := make([]string, len(issuer))
	for i, set := range issuer {
		parts := make([]string, len(set))
		for j, name := range set {
			parts[j] = nameOf(name.Type) + "=" + quoted(fmt.Sprint(name.Value))
		}
		names[i] = strings.Join(parts, "+")
	}
	serial := cert.SerialNumber.Bytes()
	slices.Reverse(serial)
	return "X509:<I>" + strings.Join(names, ",") + "<SR>" + hex.EncodeToString(serial), nil
}

// nameOf is what CertNameToStr of Windows calls a type of name.
func nameOf(id asn1.ObjectIdentifier) string {
	names := map[string]string{
		"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "S", "2.5.4.9": "STREET",
		"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T", "2.5.4.42": "G", "2.5.4.43": "I",
		"1.2.840.113549.1.9.1": "E", "0.9.2342.19200300.100.1.25": "DC",
	}
	if name, ok := names[id.String()]; ok {
		return name
	}
	return "OID." + id.String()
}

// quoted writes a value as CertNameToStr does: between quotation marks when it holds what separates names, or begins or
// ends with a space; quotation marks in it are doubled.
func quoted(value string) string {
	if value != "" && strings.TrimSpace(value) == value && !strings.ContainsAny(value, ",+=\"\r\n<>#;") {
		return value
	}
	return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
}

// Admap says what Active Directory has to know about a person's certificate, and whether the directory holds it, where
// there is one.
func (i *Identifier) Admap(ctx context.Context, p Person) (apitype.Admap, error) {
	if p.Certificate == nil {
		return apitype.Admap{}, refuse(apitype.CertNone, p, errNoCertificate)
	}
	value, err := AltSecurityIdentity(p.Certificate)
	if err != nil {
		return apitype.Admap{}, refuse(apitype.CertNone, p, err)
	}
	out := apitype.Admap{Name: p.Name, HSAID: p.HSAID, Mapping: value}
	if i.cfg.Directory != nil {
		out.Directory, out.Why = i.heldBy(ctx, p.HSAID, value)
	}
	return out, nil
}

// heldBy asks the directory for the mapping.
func (i *Identifier) heldBy(ctx context.Context, hsaID, mapping string) (apitype.Held, apitype.Code) {
	holds, known, err := i.cfg.Directory.Holds(ctx, hsaID, mapping)
	switch {
	case err != nil:
		return apitype.HeldUnknown, codeOf(err)
	case !known:
		return apitype.HeldNotFound, ""
	case holds:
		return apitype.HeldPresent, ""
	}
	return apitype.HeldAbsent, ""
}
