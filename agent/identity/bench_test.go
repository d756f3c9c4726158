package identity

import (
	"testing"

	"siths-agent/internal/testpki"
)

// BenchmarkIdentify is what happens between reading a card's certificates and asking for the PIN.
func BenchmarkIdentify(b *testing.B) {
	identifier := ofTest(b)
	ders := issue(b, hierarchyOf(b, testpki.Test), testpki.Person{Personnummer: "191212121212"}).DER()
	for b.Loop() {
		if _, err := identifier.Identify(b.Context(), ders); err != nil {
			b.Fatal(err)
		}
	}
}
