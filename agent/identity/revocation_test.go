package identity

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// lab is a hierarchy of its own, in which a test may revoke.
type lab struct {
	pki *testpki.PKI
	dir string
	cfg Config
}

func newLab(t *testing.T) *lab {
	t.Helper()
	pki, err := testpki.New(testpki.Options{Clock: at(noon), Keys: sharedKeys()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := pki.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	return &lab{pki: pki, dir: dir, cfg: configFor(dir)}
}

// crl writes a list into a file of its own.
func (l *lab) crl(t *testing.T, name string, id testpki.CAID, shape testpki.CRL) {
	t.Helper()
	der, err := l.pki.CRL(id, shape)
	if err != nil {
		t.Fatal(err)
	}
	l.file(t, name, der)
}

func (l *lab) file(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (l *lab) clear(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(l.dir, "*.[cC][rR][lL]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// Cards of one lab: the revoked one is on every list that does not forget.
const (
	goodCard    = "good"
	revokedCard = "revoked"
)

type named struct {
	name  string
	id    testpki.CAID
	shape testpki.CRL
}

func TestTheListsDecideWhetherACardIsRevoked(t *testing.T) {
	l := newLab(t)
	cards := map[string][][]byte{
		goodCard:    issue(t, l.pki, testpki.Person{}).DER(),
		revokedCard: issue(t, l.pki, testpki.Person{Revoked: true}).DER(),
	}
	forger := hierarchyOf(t, testpki.Test).CA(testpki.PersonHSA3) // the same name, another key
	const hsa3, hour = testpki.PersonHSA3, time.Hour
	for name, c := range map[string]struct {
		lists []named
		card  string
		want  string // the result, or the code of the refusal
	}{
		"current list, good card":    {[]named{{"a.crl", hsa3, testpki.CRL{}}}, goodCard, "good"},
		"current list, revoked card": {[]named{{"a.crl", hsa3, testpki.CRL{}}}, revokedCard, "cert.revoked"},
		"no list":                    {nil, goodCard, "cert.revocation-unknown"},
		"list of another authority":  {[]named{{"a.crl", testpki.PersonHSA2, testpki.CRL{}}}, goodCard, "cert.revocation-unknown"},
		"list of the root only":      {[]named{{"a.crl", testpki.Root, testpki.CRL{}}}, goodCard, "cert.revocation-unknown"},
		"expired list":               {[]named{{"a.crl", hsa3, testpki.CRL{Age: 49 * hour}}}, goodCard, "cert.revocation-unknown"},
		"list of its last second":    {[]named{{"a.crl", hsa3, testpki.CRL{Age: 48 * hour}}}, goodCard, "good"},
		"list of tomorrow":           {[]named{{"a.crl", hsa3, testpki.CRL{Age: -24 * hour}}}, goodCard, "cert.revocation-unknown"},
		"expired list, revoked card": {[]named{{"a.crl", hsa3, testpki.CRL{Age: 49 * hour}}}, revokedCard, "cert.revoked"},
		"delta list":                 {[]named{{"a.crl", hsa3, testpki.CRL{Delta: true}}}, goodCard, "cert.revocation-unknown"},
		"list for some certificates": {[]named{{"a.crl", hsa3, testpki.CRL{Scoped: true}}}, goodCard, "cert.revocation-unknown"},
		"SHA-1 list":                 {[]named{{"a.crl", hsa3, testpki.CRL{SHA1: true}}}, goodCard, "cert.revocation-unknown"},
		"list signed by a forger":    {[]named{{"a.crl", hsa3, testpki.CRL{Signer: forger}}}, goodCard, "cert.revocation-unknown"},
		"forged list, real one":      {[]named{{"a.crl", hsa3, testpki.CRL{Signer: forger, Forget: true}}, {"b.crl", hsa3, testpki.CRL{Age: hour}}}, revokedCard, "cert.revoked"},
		"list signed by a sibling":   {[]named{{"a.crl", hsa3, testpki.CRL{Signer: l.pki.CA(testpki.PersonHSA2)}}}, goodCard, "cert.revocation-unknown"},
		"other extension":            {[]named{{"a.txt", hsa3, testpki.CRL{}}}, goodCard, "cert.revocation-unknown"},
		"extension in capitals":      {[]named{{"A.CRL", hsa3, testpki.CRL{}}}, goodCard, "good"},
		"later revoked, older good": {[]named{{"a.crl", hsa3, testpki.CRL{Age: 2 * hour, Forget: true}}, {"b.crl", hsa3, testpki.CRL{Age: hour}}},
			revokedCard, "cert.revoked"},
		"later good, older revoked": {[]named{{"a.crl", hsa3, testpki.CRL{Age: 2 * hour}}, {"b.crl", hsa3, testpki.CRL{Age: hour, Forget: true}}},
			revokedCard, "good"},
		"later expired revoked, older current good": {[]named{
			{"a.crl", hsa3, testpki.CRL{Age: 3 * hour, Forget: true}}, {"b.crl", hsa3, testpki.CRL{Age: 2 * hour, Life: hour}}},
			revokedCard, "cert.revoked"},
		"later expired good, older current revoked": {[]named{
			{"a.crl", hsa3, testpki.CRL{Age: 3 * hour}}, {"b.crl", hsa3, testpki.CRL{Age: 2 * hour, Life: hour, Forget: true}}},
			revokedCard, "cert.revoked"},
		"current list of the root too": {[]named{{"a.crl", hsa3, testpki.CRL{}}, {"b.crl", testpki.Root, testpki.CRL{}}}, goodCard, "good"},
		"expired list of the root": {[]named{{"a.crl", hsa3, testpki.CRL{}}, {"b.crl", testpki.Root, testpki.CRL{Age: 49 * hour}}},
			goodCard, "cert.revocation-unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			l.clear(t)
			for _, list := range c.lists {
				l.crl(t, list.name, list.id, list.shape)
			}
			got, err := newIdentifier(t, l.cfg).Identify(t.Context(), cards[c.card])
			if code := apitype.Code(c.want); err != nil || code == apitype.CertRevoked || code == apitype.CertRevocationUnknown {
				wantRefusal(t, err, code)
				return
			}
			if got.Revocation.Result != c.want || got.Revocation.Source != "crl" {
				t.Errorf("revocation %+v, want %s", got.Revocation, c.want)
			}
		})
	}
}

func TestARevokedIssuingAuthorityRevokesItsCards(t *testing.T) {
	l := newLab(t)
	card := issue(t, l.pki, testpki.Person{}).DER()
	l.crl(t, "a.crl", testpki.PersonHSA3, testpki.CRL{})
	l.pki.Revoke(testpki.Root, l.pki.CA(testpki.PersonHSA3).Cert)
	l.crl(t, "root.crl", testpki.Root, testpki.CRL{})
	for _, mode := range []Mode{Require, Grace, Off} {
		l.cfg.Revocation = mode
		_, err := newIdentifier(t, l.cfg).Identify(t.Context(), card)
		refused := wantRefusal(t, err, apitype.CertRevoked)
		if refused.Person.Revocation.Result != "revoked" {
			t.Errorf("%s: revocation is %+v", mode, refused.Person.Revocation)
		}
	}
}

func TestTheModeDecidesWhatAMissingAnswerMeans(t *testing.T) {
	l := newLab(t)
	good, revoked := issue(t, l.pki, testpki.Person{}).DER(), issue(t, l.pki, testpki.Person{Revoked: true}).DER()
	const accepted, hour = "", time.Hour
	for name, c := range map[string]struct {
		mode   Mode
		age    time.Duration // of the list; negative: no list
		card   [][]byte
		result string
		code   apitype.Code
	}{
		"grace, current list":                {Grace, hour, good, "good", accepted},
		"grace, list as old as the grace":    {Grace, 60 * hour, good, "good", accepted},
		"grace, list older than the grace":   {Grace, 60*hour + time.Second, good, "unknown", apitype.CertRevocationUnknown},
		"grace, no list":                     {Grace, -1, good, "unknown", apitype.CertRevocationUnknown},
		"require has no grace":               {Require, 49 * hour, good, "unknown", apitype.CertRevocationUnknown},
		"off, no list":                       {Off, -1, good, "off", accepted},
		"off, expired list":                  {Off, 49 * hour, good, "off", accepted},
		"off, current list":                  {Off, hour, good, "good", accepted},
		"off, revoked":                       {Off, hour, revoked, "revoked", apitype.CertRevoked},
		"off, revoked by an expired list":    {Off, 490 * hour, revoked, "revoked", apitype.CertRevoked},
		"grace, revoked by a late list":      {Grace, 50 * hour, revoked, "revoked", apitype.CertRevoked},
		"require, revoked by a current list": {Require, hour, revoked, "revoked", apitype.CertRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			l.clear(t)
			if c.age >= 0 {
				l.crl(t, "a.crl", testpki.PersonHSA3, testpki.CRL{Age: c.age})
			}
			l.cfg.Revocation, l.cfg.Grace = c.mode, 60*hour
			person, err := newIdentifier(t, l.cfg).Identify(t.Context(), c.card)
			if c.code != accepted {
				person = wantRefusal(t, err, c.code).Person
			} else if err != nil {
				t.Fatal(err)
			}
			if person.Revocation.Result != c.result {
				t.Errorf("revocation %+v, want %s", person.Revocation, c.result)
			}
		})
	}
}

func TestChangedListsAreReadAgain(t *testing.T) {
	l := newLab(t)
	card := issue(t, l.pki, testpki.Person{})
	identifier := newIdentifier(t, l.cfg)
	_, err := identifier.Identify(t.Context(), card.DER())
	wantRefusal(t, err, apitype.CertRevocationUnknown)

	l.crl(t, "a.crl", testpki.PersonHSA3, testpki.CRL{Age: time.Hour})
	got, err := identifier.Identify(t.Context(), card.DER())
	if err != nil || got.Revocation.AgeS != 3600 {
		t.Fatalf("a new list: %+v, %v", got.Revocation, err)
	}
	l.pki.RevokeCard(card)
	l.crl(t, "a.crl", testpki.PersonHSA3, testpki.CRL{})
	_, err = identifier.Identify(t.Context(), card.DER())
	wantRefusal(t, err, apitype.CertRevoked)

	l.clear(t)
	_, err = identifier.Identify(t.Context(), card.DER())
	wantRefusal(t, err, apitype.CertRevocationUnknown)
}

func TestListsMayBePEM(t *testing.T) {
	l := newLab(t)
	der, err := l.pki.CRL(testpki.PersonHSA3, testpki.CRL{})
	if err != nil {
		t.Fatal(err)
	}
	l.file(t, "a.crl", pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
	if got, err := newIdentifier(t, l.cfg).Identify(t.Context(), issue(t, l.pki, testpki.Person{}).DER()); err != nil || got.Revocation.Result != "good" {
		t.Errorf("revocation %+v, %v", got.Revocation, err)
	}
}

func TestAListThatCannotBeReadIsAsGoodAsAbsent(t *testing.T) {
	l := newLab(t)
	card := issue(t, l.pki, testpki.Person{}).DER()
	der, err := l.pki.CRL(testpki.PersonHSA3, testpki.CRL{})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty":          nil,
		"text":           []byte("<html>Proxy error</html>"),
		"cut":            der[:len(der)-1],
		"trailing bytes": append(append([]byte{}, der...), 0),
		"too large":      append(append([]byte{}, der...), make([]byte, 32<<20)...),
		"a certificate":  l.pki.CA(testpki.Root).Cert.Raw,
		"another PEM":    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	} {
		l.file(t, "a.crl", data)
		if _, err := newIdentifier(t, l.cfg).Identify(t.Context(), card); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			wantRefusal(t, err, apitype.CertRevocationUnknown)
		}
	}
}
