package vcard

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

func TestOpenSCShowsOneTokenForEachPIN(t *testing.T) {
	t.Parallel()
	r, _, device := stackOf(t, PKCS15, cardDir(t, testpki.Person{}))
	output, err := r.pkcs11(t, "--list-slots")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"SITHS e-id kort (Legitimering)\n", "SITHS e-id kort (Underskrift)\n", "serial num         : " + device.Stat().Card[16:]} {
		if !strings.Contains(output, want) {
			t.Errorf("%q is not in\n%s", want, output)
		}
	}
	before := device.Stat()
	for label, want := range map[string]struct{ pin, id string }{
		"SITHS e-id kort (Legitimering)": {trainingPIN, "01"},
		"SITHS e-id kort (Underskrift)":  {trainingSignPIN, "02"},
	} {
		output, err := r.pkcs11(t, "--token-label", label, "--login", "--pin", want.pin, "--list-objects", "--type", "privkey")
		if err != nil || strings.Count(output, "Private Key Object") != 1 || !strings.Contains(output, "ID:         "+want.id) {
			t.Errorf("%s: %v\n%s", label, err, output)
		}
	}
	if got := since(device, before); got.Verify != 2 || device.Stat().Tries != DefaultTries {
		t.Errorf("got %+v, %+v", got, device.Stat())
	}
}

func TestOpenSCSignsWithEachPINOfTheTwo(t *testing.T) {
	t.Parallel()
	r, _, device := stackOf(t, PKCS15, cardDir(t, testpki.Person{}))
	message, signature := filepath.Join(t.TempDir(), "message"), filepath.Join(t.TempDir(), "signature")
	write(t, message, []byte("what is to be signed"))
	for label, want := range map[string]struct{ pin, id string }{
		"SITHS e-id kort (Legitimering)": {trainingPIN, "01"},
		"SITHS e-id kort (Underskrift)":  {trainingSignPIN, "02"},
	} {
		before := device.Stat()
		common := []string{"--token-label", label, "--mechanism", "SHA256-RSA-PKCS", "--id", want.id, "--input-file", message}
		signed, err := r.pkcs11(t, append(common, "--login", "--pin", want.pin, "--sign", "--output-file", signature)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", label, err, signed)
		}
		verified, err := r.pkcs11(t, append(common, "--verify", "--signature-file", signature)...)
		if err != nil || !strings.Contains(verified, "Signature is valid") {
			t.Errorf("%s: %v\n%s", label, err, verified)
		}
		if got := since(device, before); got.Verify != 1 || got.Sign != 1 {
			t.Errorf("%s: %+v", label, got)
		}
	}
}

func TestOpenSCChangesAndUnblocksEachPINOfTheTwo(t *testing.T) {
	t.Parallel()
	r, _, device := stackOf(t, PKCS15, cardDir(t, testpki.Person{}))
	for label, codes := range map[string]struct {
		pin, puk string
		name     Code
	}{
		"SITHS e-id kort (Legitimering)": {trainingPIN, trainingPUK, AuthPIN},
		"SITHS e-id kort (Underskrift)":  {trainingSignPIN, trainingSignPUK, SignPIN},
	} {
		if output, err := renew(t, r, "--token-label", label, "--login", "--pin", codes.pin, "--change-pin", "--new-pin", "482913"); err != nil {
			t.Errorf("%s: changing: %v\n%s", label, err, output)
		}
		if err := device.SetTriesOf(codes.name, 0); err != nil {
			t.Fatal(err)
		}
		if output, err := renew(t, r, "--token-label", label, "--login", "--login-type", "so", "--so-pin", codes.puk,
			"--init-pin", "--new-pin", "482914"); err != nil {
			t.Errorf("%s: unblocking: %v\n%s", label, err, output)
		}
		if output, err := r.pkcs11(t, "--token-label", label, "--login", "--pin", "482914", "--list-objects"); err != nil {
			t.Errorf("%s: the new PIN: %v\n%s", label, err, output)
		}
	}
	if got := device.Stat(); got.Tries != DefaultTries || *got.SignPIN != DefaultTries || *got.PUK != PUKTries || *got.SignPUK != PUKTries {
		t.Errorf("got %+v", got)
	}
}

// crowdedDir is a card with ten pairs of its own and the certificates of ten issuers.
func crowdedDir(t testing.TB) string {
	t.Helper()
	card := issue(t, testpki.Person{})
	for i := range 4 {
		other := issue(t, testpki.Person{GivenName: fmt.Sprintf("Bo%d", i)})
		for _, pair := range other.Pairs() {
			pair.Name = fmt.Sprintf("other-%d-%s", i, pair.Name)
			card.Others = append(card.Others, pair)
		}
	}
	pki, err := trainingPKI()
	if err != nil {
		t.Fatal(err)
	}
	for len(card.Issuers) < 10 {
		card.Issuers = append(card.Issuers, pki.CA(testpki.Root))
	}
	dir := t.TempDir()
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenSCListsTwentyCertificatesOfEitherProfile(t *testing.T) {
	t.Parallel()
	dir := crowdedDir(t)
	for _, profile := range []Profile{IDPrime, PKCS15} {
		t.Run(string(profile), func(t *testing.T) {
			r, _, _ := stackOf(t, profile, dir)
			labels := []string{""}
			if profile == PKCS15 {
				labels = []string{"SITHS e-id kort (Legitimering)", "SITHS e-id kort (Underskrift)"}
			}
			found := 0
			for _, label := range labels {
				output, err := r.pkcs11(t, "--token-label", label, "--list-objects", "--type", "cert")
				if err != nil {
					t.Fatalf("%v\n%s", err, output)
				}
				found += strings.Count(output, "Certificate Object")
			}
			if found != 20 {
				t.Errorf("%d certificates", found)
			}
		})
	}
}
