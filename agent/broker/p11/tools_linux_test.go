package p11

import (
	"crypto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int32) string { return strconv.Itoa(int(n)) }

func TestPkcs11ToolSeesTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.tool(t, "-L", "-O", "-M")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"token label        : Anna Test", "Certificate Object; type = X.509 cert", "Private Key Object; RSA", "Public Key Object; RSA 2048 bits",
		"PIN pad present", "RSA-PKCS-PSS", "SHA384-RSA-PKCS"} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "login required") {
		t.Error("a program is told to ask for a code")
	}
}

func TestPkcs11ToolSignsInAllWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("what is signed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mechanism, h := range map[string]crypto.Hash{"SHA256-RSA-PKCS": crypto.SHA256, "SHA384-RSA-PKCS": crypto.SHA384, "SHA512-RSA-PKCS": crypto.SHA512} {
		signature := filepath.Join(dir, mechanism)
		out, err := w.tool(t, "--sign", "-m", mechanism, "-i", text, "-o", signature)
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		got, err := os.ReadFile(signature)
		if err != nil {
			t.Fatal(err)
		}
		d := h.New()
		_, _ = d.Write([]byte("what is signed\n"))
		if err := verifies(w.card, h, false, d.Sum(nil), got); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
	}
}
