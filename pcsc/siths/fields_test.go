package siths

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

func TestTextIsMadeSafeToShow(t *testing.T) {
	for text, want := range map[string]string{
		"Åsa Öberg":                  "Åsa Öberg",
		" Anna ":                     "Anna",
		"Anna\nunlock.granted":       "Anna\ufffdunlock.granted",
		"Anna\x1b[2J":                "Anna\ufffd[2J",
		"Anna\u202etseT":             "Anna\ufffdtseT",
		"Anna\u2028Test":             "Anna\ufffdTest",
		"Anna\xff":                   "Anna\ufffd",
		strings.Repeat("å", 200):     strings.Repeat("å", 128),
		"\u200bAnna":                 "\ufffdAnna",
		"Läkare, specialist (vikar)": "Läkare, specialist (vikar)",
	} {
		if got := displayText(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestTheCommonNameIsTheNameWhereGivenNameOrSurnameIsMissing(t *testing.T) {
	names := func(pairs ...string) pkix.Name {
		var n pkix.Name
		oids := map[string]asn1.ObjectIdentifier{"GN": oidGivenName, "SN": oidSurname, "CN": oidCommonName}
		for i := 0; i < len(pairs); i += 2 {
			n.Names = append(n.Names, pkix.AttributeTypeAndValue{Type: oids[pairs[i]], Value: pairs[i+1]})
		}
		return n
	}
	for want, name := range map[string]pkix.Name{
		"Anna Test":   names("CN", "A Test", "SN", "Test", "GN", "Anna"),
		"Bo Ek":       names("CN", "Bo Ek", "SN", "Ek"),
		"Cia Dahl":    names("CN", "Cia Dahl", "GN", "Cia"),
		"Two Surname": names("CN", "Two Surname", "GN", "Two", "SN", "One", "SN", "Other"),
		"":            names("GN", "Only"),
	} {
		if got := holderName(name); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTwoHSAIDsIdentifyNobody(t *testing.T) {
	card := issue(t, testpki.Person{Alter: func(c *x509.Certificate) {
		var name pkix.RDNSequence
		if _, err := asn1.Unmarshal(c.RawSubject, &name); err != nil {
			t.Error(err)
		}
		name = append(name, pkix.RelativeDistinguishedNameSET{{Type: oidSerialNumber, Value: "SE2321000131-P2"}})
		c.RawSubject, _ = asn1.Marshal(name)
	}})
	got := parse(t, card.Auth.Cert.Raw)
	if got.X509.Subject.SerialNumber == "" || got.HSAID != "" || got.Identity != OtherIdentity {
		t.Errorf("identified as %q (%s)", got.HSAID, got.Identity)
	}
}

func TestAUPNThatIsNotOneCleanNameIsNone(t *testing.T) {
	upn := func(tag byte, text string) []byte {
		value := append([]byte{tag, byte(len(text))}, text...)
		value = append([]byte{0xa0, byte(len(value))}, value...)
		id, err := asn1.Marshal(oidUPN)
		if err != nil {
			t.Fatal(err)
		}
		value = append(id, value...)
		return append([]byte{0xa0, byte(len(value))}, value...)
	}
	mail := []byte{0x81, 3, 'a', '@', 'b'} // rfc822Name [1]
	for name, c := range map[string]struct {
		names [][]byte
		want  string
	}{
		"one":                {[][]byte{upn(asn1.TagUTF8String, "anna@kommun.test")}, "anna@kommun.test"},
		"one beside mail":    {[][]byte{mail, upn(asn1.TagUTF8String, "anna@kommun.test")}, "anna@kommun.test"},
		"two":                {[][]byte{upn(asn1.TagUTF8String, "a@b"), upn(asn1.TagUTF8String, "c@d")}, ""},
		"mail only":          {[][]byte{mail}, ""},
		"a newline":          {[][]byte{upn(asn1.TagUTF8String, "root\n@b")}, ""},
		"a NUL":              {[][]byte{upn(asn1.TagUTF8String, "root\x00@b")}, ""},
		"invalid UTF-8":      {[][]byte{upn(asn1.TagUTF8String, "\xff@b")}, ""},
		"another text type":  {[][]byte{upn(asn1.TagIA5String, "a@b")}, ""},
		"a broken otherName": {[][]byte{{0xa0, 2, 5, 0}}, ""},
	} {
		var sequence []asn1.RawValue
		for _, n := range c.names {
			sequence = append(sequence, asn1.RawValue{FullBytes: n})
		}
		der, err := asn1.Marshal(sequence)
		if err != nil {
			t.Fatal(err)
		}
		cert := &x509.Certificate{Extensions: []pkix.Extension{{Id: oidSAN, Value: der}}}
		if got := userPrincipalName(cert); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := userPrincipalName(&x509.Certificate{}); got != "" {
		t.Errorf("without extension: %q", got)
	}
}

func TestTheCardNumberIsNeverWhole(t *testing.T) {
	for name, c := range map[string]struct {
		value []byte
		want  string
	}{
		"19 digits":         {append([]byte{0x13, 19}, "9752269875700084682"...), "…4682"},
		"16 digits":         {append([]byte{0x13, 16}, "9752269875700084"...), "…0084"},
		"too short to mask": {append([]byte{0x13, 4}, "1234"...), ""},
		"letters":           {append([]byte{0x13, 8}, "ABCDEFGH"...), ""},
		"another type":      {append([]byte{0x04, 8}, "12345678"...), ""},
		"trailing bytes":    {append([]byte{0x13, 8}, "123456789"...), ""},
		"broken":            {[]byte{0x13, 200}, ""},
	} {
		cert := &x509.Certificate{Extensions: []pkix.Extension{{Id: oidCardNumber, Value: c.value}}}
		if got := cardNumber(cert); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
