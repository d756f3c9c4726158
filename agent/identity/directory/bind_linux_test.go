package directory

import (
	"os"
	"path/filepath"
	"testing"
)

// written is a file with a mode.
func written(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestASecretIsTwoLinesThatNobodyElseCanRead(t *testing.T) {
	for _, text := range []string{"cn=x\npass word", "cn=x\npass word\n", "cn=x\r\npass word\r\n"} {
		b, err := passwordOf(written(t, text, 0o600))
		if err != nil || b.DN != "cn=x" || string(b.Password) != "pass word" {
			t.Errorf("%q gives %q, %q, %v", text, b.DN, b.Password, err)
		}
	}
	for _, text := range []string{"", "\n", "cn=x", "cn=x\n", "cn=x\n\n", "\nsecret", "a\nb\nc"} {
		if b, err := passwordOf(written(t, text, 0o600)); err == nil {
			t.Errorf("%q gives %q", text, b.DN)
		}
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o610, 0o620, 0o602, 0o666} {
		if b, err := passwordOf(written(t, "cn=x\nsecret", mode)); err == nil {
			t.Errorf("with mode %o it gives %q", mode, b.DN)
		}
	}
}

func TestTheMachineIsItsKeytab(t *testing.T) {
	d := &Directory{cfg: Config{Bind: "machine", Keytab: written(t, "keys", 0o600), Krb5Conf: written(t, "[libdefaults]", 0o644)}}
	b, err := d.bind()
	if err != nil || string(b.Keytab) != "keys" || string(b.Krb5Conf) != "[libdefaults]" {
		t.Errorf("%+v, %v", b, err)
	}
	d.cfg.Krb5Conf = filepath.Join(t.TempDir(), "absent")
	if b, err := d.bind(); err != nil || b.Krb5Conf != nil {
		t.Errorf("without krb5.conf: %+v, %v", b, err)
	}
	d.cfg.Keytab = written(t, "keys", 0o644)
	if b, err := d.bind(); err == nil {
		t.Errorf("a keytab that all can read: %+v", b)
	}
	wipe(b)
	if string(b.Keytab) != "\x00\x00\x00\x00" {
		t.Errorf("wiped, it is %q", b.Keytab)
	}
}
