package siths

import (
	"slices"
	"strings"
	"testing"
)

func TestIdentitiesAreToldByTheirShape(t *testing.T) {
	for id, want := range map[string]Identity{
		"SE2321000131-P000000000001":       HSA,
		"SE2321000131-REF_1":               HSA,
		"TSTNMT2321000156-1019":            HSA,
		"T-SERVICES-SE165565594230-1110":   HSA,
		"T_SERVICES_SE165565594230-10B0":   HSA,
		"IFV1239877878-103F":               HSA,
		"se2321000131-p1":                  HSA,
		"SE2321000131-191212121212":        HSA,
		"191212121212":                     Personnummer,
		"121212-1212":                      Personnummer,
		"121212+1212":                      Personnummer,
		"19121212-1212":                    Personnummer,
		"1212121212":                       Personnummer,
		"PNOSE-191212121212":               Personnummer,
		"200002290005":                     Personnummer,
		"197010632391":                     Samordningsnummer,
		"701063-2391":                      Samordningsnummer,
		"PNOSE-197010632391":               Samordningsnummer,
		"PNODE-12345":                      OtherIdentity,
		"":                                 OtherIdentity,
		"12345678":                         OtherIdentity,
		"191213451212":                     OtherIdentity,
		"2321000131-1-1":                   OtherIdentity,
		"SE2321000131-P000 000000001":      OtherIdentity,
		"SE2321000131-\x00P1":              OtherIdentity,
		"SE2321000131-\u0420":              OtherIdentity, // Cyrillic, looks like P
		"SE2321000131-P1\n":                OtherIdentity,
		"SE2321000131-P00000000000000000":  HSA,
		"SE2321000131-P000000000000000001": OtherIdentity,
	} {
		if got := identityOf(id); got != want {
			t.Errorf("%q is %s, want %s", id, got, want)
		}
	}
}

func TestOnlyIneraFormIsStrict(t *testing.T) {
	strict := []string{"SE2321000131-P000000000001", "SE2321000131-1", "SE2321000131-aB9"}
	lenient := []string{"TSTNMT2321000156-1019", "se2321000131-p1", "SE2321000131-", "SE232100013-P1", "SE2321000131P1",
		"SE2321000131-P_1", "SE2321000131-Pö", "SE23210001X1-P1", "SE2321000131-" + strings.Repeat("1", 19)}
	for _, id := range slices.Concat(strict, lenient) {
		if got, want := IsStrictHSAID(id), slices.Contains(strict, id); got != want {
			t.Errorf("%q is strict: %v, want %v", id, got, want)
		}
	}
}

func FuzzIdentity(f *testing.F) {
	for _, id := range []string{"SE2321000131-P1", "191212121212", "701063-2391", "PNOSE-1212121212", "å"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		identity := identityOf(id)
		if (identity == HSA) != IsHSAID(id) {
			t.Errorf("%q is %s, IsHSAID says %v", id, identity, IsHSAID(id))
		}
		if IsStrictHSAID(id) && identity != HSA {
			t.Errorf("%q is strict and %s", id, identity)
		}
		if allDigits(id) && identity == HSA {
			t.Errorf("%q has digits only and is an HSA-id", id)
		}
	})
}
