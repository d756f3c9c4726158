package carddeck

import (
	"crypto/x509"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

const day = 24 * time.Hour

// accepted is the code of a certificate that somebody logs in with.
const accepted apitype.Code = ""

// spoilable is an HSA-id that becomes one with an underscore.
const spoilable = "SE2321000131-P-1"

// shape is how one HSA-id pair is made, and what is right for it alone. Each has one defect at most.
type shape struct {
	name     string
	person   testpki.Person
	code     apitype.Code
	loa      int           // 0: 3
	carrier  string        // empty: "card"
	unlisted bool          // of a policy that the table does not have
	newer    time.Duration // how long ago it was issued; 0: a day
	with     *testpki.CA   // an authority that the card carries along

	nobody     bool // there is nothing to log in with at all
	unreadable bool // Go's parser refuses it
	nameless   bool // it is of no HSA-id
	plain      bool // its key and its name are not drawn
}

// firsts are the shapes of the certificate that the card is about.
func (p *place) firsts() []shape {
	all := append(p.goodShapes(), p.trustShapes()...)
	return append(append(all, keyShapes()...), malformedShapes()...)
}

func (p *place) goodShapes() []shape {
	return []shape{
		{name: "ordinary", code: accepted},
		{name: "reserve of level 3", person: testpki.Person{Kind: testpki.ReserveLoA3}, carrier: "reserve"},
		{name: "without policies, of a known issuer", person: testpki.Person{Issuer: p.silent, Alter: testpki.WithoutPolicies}},
		{name: "of a policy and an issuer that agree", person: testpki.Person{Issuer: p.silent}},
		{name: "exponent 3", person: testpki.Person{Exponent: 3}, plain: true},
		{name: "3072 bits", person: testpki.Person{Bits: 3072}, plain: true},
		{name: "4096 bits", person: testpki.Person{Bits: 4096}, plain: true},
		{name: "two policies, one of them unknown", person: testpki.Person{Alter: testpki.WithPolicies("1.2.3.4", testpki.PolicyHSA3)}},
		{name: "ends today", person: testpki.Person{Ends: time.Hour}},
		{name: "of somebody without account", person: testpki.Person{HSAID: "SE2321000131-NOBODY"}, code: apitype.PersonUnmapped, plain: true},
	}
}

func (p *place) trustShapes() []shape {
	return []shape{
		{name: "expired", person: testpki.Person{Ends: -day}, code: apitype.CertExpired},
		{name: "not yet valid", person: testpki.Person{Begins: day}, code: apitype.CertNotYetValid, newer: -day},
		{name: "revoked", person: testpki.Person{Revoked: true}, code: apitype.CertRevoked},
		{name: "forged", person: testpki.Person{Rogue: true}, code: apitype.CertUntrusted},
		{name: "of another issuer", person: testpki.Person{Issuer: p.telia}, code: apitype.CertUntrusted},
		{name: "of the other environment", person: testpki.Person{Issuer: p.other}, code: apitype.CertTestEnvironment},
		{name: "of an unknown policy", person: testpki.Person{Kind: testpki.UnknownPolicy}, code: apitype.CertPolicyUnknown, unlisted: true},
		{name: "of any policy", person: testpki.Person{Alter: testpki.WithPolicies("2.5.29.32.0")}, code: apitype.CertPolicyUnknown, unlisted: true},
		{name: "without policies", person: testpki.Person{Alter: testpki.WithoutPolicies}, code: apitype.CertPolicyUnknown, unlisted: true},
		{name: "of policies that contradict", person: testpki.Person{Alter: testpki.WithPolicies(testpki.PolicyHSA3, testpki.PolicyID3)}, code: apitype.CertPolicyUnknown, unlisted: true},
		{name: "of an issuer that contradicts", person: testpki.Person{Issuer: p.contrary}, code: apitype.CertPolicyUnknown, unlisted: true},
		{name: "reserve of level 2", person: testpki.Person{Kind: testpki.ReserveLoA2}, code: apitype.CertLoATooLow, loa: 2, carrier: "reserve"},
		{name: "of level 2 under a '3' authority", person: testpki.Person{Kind: testpki.CoordinationLoA2}, code: apitype.CertLoATooLow, loa: 2},
		{name: "of an issuer of level 2", person: testpki.Person{Issuer: p.ceiling}, code: apitype.CertLoATooLow, loa: 2},
		{name: "signed with SHA-1", person: testpki.Person{SHA1: true}, code: apitype.CertLegacy},
		{name: "of an issuer signed with SHA-1", person: testpki.Person{Issuer: p.old}, code: apitype.CertLegacy, with: p.old},
		{name: "of the old policy", person: testpki.Person{Alter: testpki.WithPolicies("1.2.752.35.99.2.3")}, code: apitype.CertLegacy, unlisted: true},
	}
}

func keyShapes() []shape {
	return []shape{
		{name: "512 bits", person: testpki.Person{Bits: 512}, code: apitype.CertWeakKey, plain: true},
		{name: "1024 bits", person: testpki.Person{Bits: 1024}, code: apitype.CertWeakKey, plain: true},
		{name: "exponent 1", person: testpki.Person{Alter: testpki.WithExponent(1)}, code: apitype.CertWeakKey, plain: true},
		{name: "exponent 65536", person: testpki.Person{Alter: testpki.WithExponent(65536)}, code: apitype.CertWeakKey, plain: true},
		{name: "a flawed generator's key", person: testpki.Person{ROCA: true}, code: apitype.CertWeakKey, plain: true},
	}
}

func malformedShapes() []shape {
	made := func(name string, alter func(*x509.Certificate)) shape {
		return shape{name: name, person: testpki.Person{Alter: alter}, code: apitype.CertMalformed, plain: true}
	}
	named := func(name string, ids ...string) shape {
		s := made(name, testpki.WithIDs(ids...))
		s.nameless = true
		return s
	}
	return []shape{
		named("two HSA-ids", AnnasID, "SE2321000131-P000000000002"),
		named("a personnummer beside the HSA-id", "191212121212", AnnasID),
		named("a NUL in the HSA-id", AnnasID+"\x00"),
		named("a newline in the HSA-id", AnnasID+"\n"),
		named("a letter that looks like one of the HSA-id's", "S\u04152321000131-P000000000001"),
		made("an authority's rights", testpki.AsAuthority),
		made("key usages that exclude each other", testpki.WithUsage(x509.KeyUsageDigitalSignature|x509.KeyUsageCertSign)),
		made("client authentication without signature", testpki.WithUsage(x509.KeyUsageKeyEncipherment)),
		{name: "an underscore in a PrintableString", person: testpki.Person{HSAID: spoilable}, code: apitype.CertMalformed,
			unreadable: true, nobody: true, plain: true},
		{name: "for mail only", person: testpki.Person{Alter: forMailOnly}, code: apitype.CertNone, nobody: true},
		{name: "a signature only", person: testpki.Person{SignOnly: true}, code: apitype.CertNone, nobody: true},
	}
}

func forMailOnly(c *x509.Certificate) {
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
}

// seconds are the shapes of another HSA-id pair on the same card, such as the one before a renewal.
func (p *place) seconds() []shape {
	twice := testpki.WithIDs(AnnasID, AnnasID)
	return []shape{
		{name: "nothing", code: apitype.CertNone, nobody: true},
		{name: "an older pair", newer: 300 * day},
		{name: "a renewed pair", newer: time.Hour},
		{name: "an expired pair", person: testpki.Person{Ends: -2 * day}, code: apitype.CertExpired},
		{name: "a pair for later", person: testpki.Person{Begins: 2 * day}, code: apitype.CertNotYetValid, newer: -2 * day},
		{name: "a newer pair of level 2", person: testpki.Person{Kind: testpki.ReserveLoA2}, code: apitype.CertLoATooLow, loa: 2,
			carrier: "reserve", newer: time.Hour},
		{name: "a newer reserve pair", person: testpki.Person{Kind: testpki.ReserveLoA3}, carrier: "reserve", newer: time.Hour},
		{name: "a newer forged pair", person: testpki.Person{Rogue: true}, code: apitype.CertUntrusted, newer: time.Hour},
		{name: "an older revoked pair", person: testpki.Person{Revoked: true}, code: apitype.CertRevoked, newer: 300 * day},
		{name: "a newer malformed pair", person: testpki.Person{Alter: twice}, code: apitype.CertMalformed, nameless: true, newer: time.Hour},
	}
}
