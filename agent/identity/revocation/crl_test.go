package revocation

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

// listIn writes a list of an authority into a folder.
func listIn(t *testing.T, pki *testpki.PKI, dir string, shape testpki.CRL) {
	t.Helper()
	if _, err := pki.WriteCRL(dir, testpki.PersonHSA3, shape); err != nil {
		t.Fatal(err)
	}
}

func TestAnUnchangedListIsReadOnce(t *testing.T) {
	dir := t.TempDir()
	listIn(t, shared(t), dir, testpki.CRL{})
	folders := NewFolders([]string{dir})
	ca := shared(t).CA(testpki.PersonHSA3).Cert
	first, second := folders.of(ca), folders.of(ca)
	if len(first) != 1 || len(second) != 1 || first[0] != second[0] {
		t.Errorf("read %d lists, then %d", len(first), len(second))
	}
}

func TestAnExtensionThatChangesTheListsMeaningRefusesIt(t *testing.T) {
	unknown := asn1.ObjectIdentifier{1, 2, 752, 9999}
	for name, c := range map[string]struct {
		ext  pkix.Extension
		want error
	}{
		"unknown":                               {pkix.Extension{Id: unknown}, nil},
		"unknown and critical":                  {pkix.Extension{Id: unknown, Critical: true}, errCRLExtension},
		"delta indicator without the mark":      {pkix.Extension{Id: oidDeltaIndicator}, errCRLExtension},
		"distribution point without the mark":   {pkix.Extension{Id: oidDistributionPoint}, errCRLExtension},
		"certificate issuer of an indirect one": {pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 29}, Critical: true}, errCRLExtension},
	} {
		if err := checkCRLExtensions([]pkix.Extension{c.ext}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAnEntryThatIsAboutAnotherAuthorityRefusesTheList(t *testing.T) {
	der := made(t, x509.RevocationListEntry{SerialNumber: bigInt(5), RevocationTime: noon,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 29}, Critical: true, Value: []byte{0x30, 0}}}}) // RFC 5280, 5.3.3
	if _, err := parseCRL(der); !errors.Is(err, errCRLExtension) {
		t.Errorf("got %v", err)
	}
}

func TestAnAuthorityThatMayNotSignListsHasNone(t *testing.T) {
	dir := t.TempDir()
	listIn(t, shared(t), dir, testpki.CRL{})
	ca := shared(t).CA(testpki.PersonHSA3).Cert
	mute := *ca
	mute.KeyUsage = x509.KeyUsageCertSign
	folders := NewFolders([]string{dir})
	for range 2 { // before and after its list is known
		if got := len(folders.of(&mute)); got != 0 {
			t.Errorf("without cRLSign it has %d lists, want none", got)
		}
		if got := len(folders.of(ca)); got != 1 {
			t.Errorf("the authority has %d lists, want 1", got)
		}
	}
}

func TestAListWithoutNextUpdateIsNeverCurrent(t *testing.T) {
	x := &index{this: noon}
	if isCurrent(x.about(bigInt(1)), noon, 24*time.Hour) {
		t.Error("a list without nextUpdate is current")
	}
}

// TestTheIndexFindsWhatTheListNames compares with the list as crypto/x509 reads it, for serial numbers of every length.
func TestTheIndexFindsWhatTheListNames(t *testing.T) {
	var entries []x509.RevocationListEntry
	for n := range 2000 {
		serial := bigInt(int64(7919 * (n*n%2003 + 1)))
		serial.Lsh(serial, uint(n%128))
		entries = append(entries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: noon, ReasonCode: n % 2})
	}
	list, err := parseCRL(made(t, entries...))
	if err != nil {
		t.Fatal(err)
	}
	x := newIndex(list)
	if x.Len() != len(entries) {
		t.Errorf("%d of %d entries", x.Len(), len(entries))
	}
	for _, e := range entries {
		if !x.has(e.SerialNumber) {
			t.Errorf("%x is not found", e.SerialNumber)
		}
		if other := bigInt(0).Add(e.SerialNumber, bigInt(1)); x.has(other) {
			t.Errorf("%x is found", other)
		}
	}
	if long := bigInt(0).Lsh(bigInt(1), 8*longestSerial); isCurrent(x.about(long), noon, 0) {
		t.Error("a certificate whose number no list can hold is called good")
	}
	for _, n := range []int64{0, -1, 1} {
		if x.has(bigInt(n)) {
			t.Errorf("%d is found", n)
		}
	}
	if empty := newIndex(mustParse(t, made(t))); empty.has(bigInt(1)) || empty.Len() != 0 {
		t.Error("an empty list names a certificate")
	}
}

func FuzzParseCRL(f *testing.F) {
	der, err := os.ReadFile(filepath.Join("testdata", "made.crl"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add([]byte("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, list := range parseCRLs(data) {
			theirs, err := x509.ParseRevocationList(data)
			x := newIndex(list)
			for n := 1; n < x.Len(); n++ {
				if x.Less(n, n-1) {
					t.Fatal("the index is not in order")
				}
			}
			if err == nil {
				sameEntries(t, x, theirs)
			}
			e := x.about(bigInt(0))
			if !x.next.IsZero() && isCurrent(e, x.next.Add(time.Second), 0) {
				t.Error("current after its nextUpdate")
			}
		}
	})
}

func sameEntries(t *testing.T, x *index, list *x509.RevocationList) {
	t.Helper()
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Sign() > 0 && e.SerialNumber.BitLen() <= 8*longestSerial && !x.has(e.SerialNumber) {
			t.Errorf("%x is on the list and not in the index", e.SerialNumber)
		}
	}
}
