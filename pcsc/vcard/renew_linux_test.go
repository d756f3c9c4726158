package vcard

import (
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

// renewConf lets OpenSC unblock: an administrator's login that takes the PUK, and then C_InitPIN (opensc.conf(5),
// user_pin_unblock_style).
const renewConf = `app opensc-pkcs11 {
	pkcs11 {
		user_pin_unblock_style = init_pin_in_so_session;
	}
}
`

// renew runs pkcs11-tool with renewConf.
func renew(t testing.TB, r *room, args ...string) (string, error) {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "opensc.conf")
	write(t, conf, []byte(renewConf))
	return r.run(t, "env", append([]string{"OPENSC_CONF=" + conf, "pkcs11-tool"}, args...)...)
}

func TestOpenSCChangesThePIN(t *testing.T) {
	t.Parallel()
	r, _, device := newStack(t, testpki.Person{})
	if output, err := renew(t, r, "--login", "--pin", trainingPIN, "--change-pin", "--new-pin", "482913"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if output, err := r.pkcs11(t, "--login", "--pin", "482913", "--list-objects"); err != nil {
		t.Errorf("the new PIN: %v\n%s", err, output)
	}
	before := device.Stat()
	if output, err := renew(t, r, "--change-pin", "--pin", trainingPIN, "--new-pin", "482914"); err == nil || !strings.Contains(output, "CKR_PIN_INCORRECT") {
		t.Errorf("the old PIN: %v\n%s", err, output)
	}
	if after := device.Stat(); after.Change-before.Change+after.Verify-before.Verify != 1 || after.Tries != 2 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestOpenSCUnblocksThePINWithThePUK(t *testing.T) {
	t.Parallel()
	r, _, device := newStack(t, testpki.Person{})
	if err := device.SetTries(0); err != nil {
		t.Fatal(err)
	}
	unblock := func(puk string) (string, error) {
		return renew(t, r, "--login", "--login-type", "so", "--so-pin", puk, "--init-pin", "--new-pin", "482913")
	}
	if output, err := unblock("00000000"); err == nil || !strings.Contains(output, "CKR_PIN_INCORRECT") || *device.Stat().PUK != 9 {
		t.Errorf("a wrong PUK: %v, %+v\n%s", err, device.Stat(), output)
	}
	if output, err := unblock(trainingPUK); err != nil || device.Stat().Tries != DefaultTries {
		t.Errorf("the right PUK: %v, %+v\n%s", err, device.Stat(), output)
	}
	if output, err := r.pkcs11(t, "--login", "--pin", "482913", "--list-objects"); err != nil {
		t.Errorf("the new PIN: %v\n%s", err, output)
	}
	if err := device.SetTriesOf(AuthPUK, 0); err != nil {
		t.Fatal(err)
	}
	if output, err := unblock(trainingPUK); err == nil || !strings.Contains(output, "CKR_PIN_LOCKED") {
		t.Errorf("a dead PUK: %v\n%s", err, output)
	}
}
