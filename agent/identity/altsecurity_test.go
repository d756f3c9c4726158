package identity

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// issuedBy is a certificate as far as its issuer and serial number go.
func issuedBy(t *testing.T, serial string, names ...pkix.RelativeDistinguishedNameSET) *x509.Certificate {
	t.Helper()
	raw, err := asn1.Marshal(pkix.RDNSequence(names))
	if err != nil {
		t.Fatal(err)
	}
	number, err := hex.DecodeString(serial)
	if err != nil {
		t.Fatal(err)
	}
	return &x509.Certificate{RawIssuer: raw, SerialNumber: new(big.Int).SetBytes(number)}
}

// name is one name of an issuer.
func name(value string, id ...int) pkix.RelativeDistinguishedNameSET {
	return pkix.RelativeDistinguishedNameSET{{Type: id, Value: value}}
}

func TestTheMappingIsThatOfTheIssuersOwnExample(t *testing.T) {
	cert := issuedBy(t, "01772941ce29b3ec999d657f0e0174", name("SE", 2, 5, 4, 6), name("Inera AB", 2, 5, 4, 10),
		name("SITHS e-id Person HSA-id 3 CA v1", 2, 5, 4, 3))
	const want = "X509:<I>C=SE,O=Inera AB,CN=SITHS e-id Person HSA-id 3 CA v1<SR>74010e7f659d99ecb329ce41297701"
	if got, err := AltSecurityIdentity(cert); err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestNamesInAMappingAreWrittenAsWindowsDoes(t *testing.T) {
	two := append(name("a", 2, 5, 4, 10), name("b", 2, 5, 4, 11)...)
	for want, names := range map[string][]pkix.RelativeDistinguishedNameSET{
		`CN="Region, Norr"`:     {name("Region, Norr", 2, 5, 4, 3)},
		`CN="a ""b"" c"`:        {name(`a "b" c`, 2, 5, 4, 3)},
		`CN=" a"`:               {name(" a", 2, 5, 4, 3)},
		`CN=""`:                 {name("", 2, 5, 4, 3)},
		`CN="a<SR>00"`:          {name("a<SR>00", 2, 5, 4, 3)},
		`CN=Skövde kommun`:      {name("Skövde kommun", 2, 5, 4, 3)},
		`S=x,L=y,E=z@x,DC=test`: {name("x", 2, 5, 4, 8), name("y", 2, 5, 4, 7), name("z@x", 1, 2, 840, 113549, 1, 9, 1), name("test", 0, 9, 2342, 19200300, 100, 1, 25)},
		`OID.2.5.4.97=SE1`:      {name("SE1", 2, 5, 4, 97)},
		`O=a+OU=b`:              {two},
	} {
		if got, err := AltSecurityIdentity(issuedBy(t, "0a0b", names...)); err != nil || got != "X509:<I>"+want+"<SR>0b0a" {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestTheSerialNumberOfAMappingHasNoLeadingZeros(t *testing.T) {
	for serial, want := range map[string]string{
		"00f1020304050607080910111213141516": "1615141312111009080706050403" + "02f1", "01": "01", "0001": "01", "0100": "0001",
	} {
		if got, err := AltSecurityIdentity(issuedBy(t, serial)); err != nil || got != "X509:<I><SR>"+want {
			t.Errorf("%s gives %q, %v", serial, got, err)
		}
	}
}

func TestWhatTheDirectoryHoldsIsTold(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	person, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := AltSecurityIdentity(person.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		directory Directory
		want      apitype.Held
		why       apitype.Code
	}{
		"no directory": {nil, "", ""},
		"present":      {phonebook{id: annasHSAID, name: mapping}, apitype.HeldPresent, ""},
		"absent":       {phonebook{id: annasHSAID}, apitype.HeldAbsent, ""},
		"nobody":       {phonebook{}, apitype.HeldNotFound, ""},
		"no contact":   {phonebook{err: noContact{}}, apitype.HeldUnknown, apitype.NetworkDown},
		"two":          {phonebook{err: errors.New("two")}, apitype.HeldUnknown, apitype.PersonUnmapped},
	} {
		cfg.Directory = c.directory
		got, err := newIdentifier(t, cfg).Admap(t.Context(), person)
		if err != nil || got.Directory != c.want || got.Why != c.why || got.Mapping != mapping || got.HSAID != annasHSAID {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err = newIdentifier(t, cfg).Admap(t.Context(), Person{})
	wantRefusal(t, err, apitype.CertNone)
}
