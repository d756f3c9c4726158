package siths

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"

	"siths-agent/internal/testpki"
)

// withKey is a certificate with just that key.
func withKey(n *big.Int, e int) *x509.Certificate {
	return &x509.Certificate{PublicKey: &rsa.PublicKey{N: n, E: e}}
}

func TestAKeyThatAnybodyCouldSignWithIsRefused(t *testing.T) {
	strong := issue(t, testpki.Person{}).Auth.Key.N
	for exponent, want := range map[int]error{65537: nil, 3: nil, 2: ErrWeakKey, 1: ErrWeakKey, 65536: ErrWeakKey} {
		if err := CheckKey(withKey(strong, exponent)); !errors.Is(err, want) {
			t.Errorf("exponent %d: %v, want %v", exponent, err, want)
		}
	}
	for name, n := range map[string]*big.Int{
		"512 bits":          new(big.Int).Rsh(strong, 2048-512),
		"2047 bits":         new(big.Int).Rsh(strong, 1),
		"even":              new(big.Int).Lsh(strong, 1),
		"divisible by 167":  new(big.Int).Mul(strong, big.NewInt(167)),
		"divisible by 3":    new(big.Int).Mul(strong, big.NewInt(3)),
		"a power of 65537":  new(big.Int).Exp(big.NewInt(65537), big.NewInt(130), nil),
		"no bits":           new(big.Int),
		"of the generators": issue(t, testpki.Person{ROCA: true}).Auth.Key.N,
	} {
		if err := CheckKey(withKey(n, 65537)); !errors.Is(err, ErrWeakKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckKey(&x509.Certificate{PublicKey: &ec.PublicKey}); !errors.Is(err, ErrWeakKey) {
		t.Errorf("an elliptic curve key, with which nothing can be checked here: %v", err)
	}
}

func TestTheFingerprintOfCVE201715361IsFoundAndNothingElseIs(t *testing.T) {
	for _, bits := range []int{2048, 3072} {
		if !isROCA(issue(t, testpki.Person{ROCA: true, Bits: bits}).Auth.Key.N) {
			t.Errorf("a flawed key of %d bits is not found", bits)
		}
	}
	good := issue(t, testpki.Person{}).Auth.Key.N
	for range 500 { // neighbours of a good modulus, none of them flawed
		good = new(big.Int).Add(good, big.NewInt(2))
		if isROCA(good) {
			t.Fatalf("%x is taken for flawed", good)
		}
	}
}

func TestSetsOfExponentsMeetWhereBothHaveThem(t *testing.T) {
	for _, c := range []struct {
		a, b, want residue
		any        bool
	}{
		{residue{0, 1}, residue{2, 5}, residue{2, 5}, true},
		{residue{1, 2}, residue{2, 3}, residue{5, 6}, true},
		{residue{3, 4}, residue{5, 6}, residue{11, 12}, true},
		{residue{3, 4}, residue{4, 6}, residue{}, false},
	} {
		if got, any := c.a.and(c.b); got != c.want || any != c.any {
			t.Errorf("%v and %v: %v, %v", c.a, c.b, got, any)
		}
	}
	if got, any := discreteLog(2, 1, 7); !any || got != (residue{0, 3}) {
		t.Errorf("2^k = 1 (mod 7): %v, %v", got, any)
	}
	if got, any := discreteLog(2, 3, 7); any {
		t.Errorf("2^k = 3 (mod 7): %v", got)
	}
}
