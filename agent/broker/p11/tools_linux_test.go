package p11

import (
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/broker/p11/remote"
	"siths-agent/agent/broker/system"
)

func itoa(n int32) string { return strconv.Itoa(int(n)) }

func TestPkcs11ToolSeesTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.tool(t, "-L", "-O", "-M")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"token label        : Anna Test", "Certificate Object; type = X.509 cert", "Private Key Object; RSA",
		"Public Key Object; RSA 2048 bits", "PIN pad present", "RSA-PKCS-PSS", "SHA384-RSA-PKCS", "TEST SITHS e-id Person HSA-id 3 CA v1"} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "login required") || strings.Contains(out, "warning") {
		t.Errorf("a program is told to ask for a code, or warns: %s", out)
	}
}

// text writes what is signed, and the key to check it with.
func text(t *testing.T, w *world) (dir, file, key string) {
	t.Helper()
	dir = t.TempDir()
	file, key = filepath.Join(dir, "text"), filepath.Join(dir, "key.pem")
	der := w.card.Auth.Cert.RawSubjectPublicKeyInfo
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("what is signed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, file, key
}

// hashed writes a digest of the text, as the mechanisms want it that do not hash: bare, or with its name.
func hashed(t *testing.T, w *world, file, hash string, named bool) string {
	t.Helper()
	out := file + "." + hash
	if msg, err := w.run(t, "openssl", "dgst", "-"+hash, "-binary", "-out", out, file); err != nil {
		t.Fatal(msg)
	}
	if !named {
		return out
	}
	digest, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	name := map[string]string{"sha256": "3031300d060960864801650304020105000420"}[hash]
	info := make([]byte, len(name)/2, len(name)/2+len(digest))
	for i := range info {
		b, err := strconv.ParseUint(name[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		info[i] = byte(b)
	}
	if err := os.WriteFile(out, append(info, digest...), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOpenSSLAcceptsWhatPkcs11ToolHasSigned in each way that p11-kit 0.24 can carry.
func TestOpenSSLAcceptsWhatPkcs11ToolHasSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir, file, key := text(t, w)
	pss := func(hash string) []string {
		return []string{"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sigopt", "rsa_mgf1_md:" + hash}
	}
	for _, c := range []struct {
		name, hash string
		args       []string
		check      []string
	}{
		{"hashed by the card's side, SHA-256", "sha256", []string{"-m", "SHA256-RSA-PKCS", "-i", file}, nil},
		{"hashed by the card's side, SHA-384", "sha384", []string{"-m", "SHA384-RSA-PKCS", "-i", file}, nil},
		{"hashed by the card's side, SHA-512", "sha512", []string{"-m", "SHA512-RSA-PKCS", "-i", file}, nil},
		{"a digest with its name", "sha256", []string{"-m", "RSA-PKCS", "-i", hashed(t, w, file, "sha256", true)}, nil},
		{"PSS, SHA-384", "sha384", []string{"-m", "RSA-PKCS-PSS", "--hash-algorithm", "SHA384", "--mgf", "MGF1-SHA384", "--salt-len", "48", "-i", hashed(t, w, file, "sha384", false)}, pss("sha384")},
		{"PSS, SHA-512", "sha512", []string{"-m", "RSA-PKCS-PSS", "--hash-algorithm", "SHA512", "--mgf", "MGF1-SHA512", "--salt-len", "64", "-i", hashed(t, w, file, "sha512", false)}, pss("sha512")},
	} {
		signature := filepath.Join(dir, "signature")
		if out, err := w.tool(t, append([]string{"--sign", "-o", signature}, c.args...)...); err != nil {
			t.Errorf("%s: %v: %s", c.name, err, out)
			continue
		}
		args := append([]string{"dgst", "-" + c.hash, "-verify", key, "-signature", signature}, c.check...)
		if out, err := w.run(t, "openssl", append(args, file)...); err != nil {
			t.Errorf("%s: %v: %s", c.name, err, out)
		}
	}
}

// TestAWrongCodeIsNoTryOfTheCard: whatever a program sends, the card is asked for signatures alone.
func TestAWrongCodeIsNoTryOfTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		if out, err := w.tool(t, "--login", "--pin", "999999", "-O"); err != nil || !strings.Contains(out, "Private Key Object") {
			t.Errorf("%v: %s", err, out)
		}
	}
	if got := w.signatures(); got != 0 {
		t.Errorf("the card was asked %d times", got)
	}
}

func TestSshFindsTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.run(t, "ssh-keygen", "-D", client)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	key, err := ssh.NewPublicKey(&w.card.Auth.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if want := base64.StdEncoding.EncodeToString(key.Marshal()); !strings.Contains(out, "ssh-rsa "+want) || strings.Count(out, "ssh-rsa ") != 1 {
		t.Errorf("the keys are %s", out)
	}
}

// TestManyProgramsUseTheCardAtOnce: the card signs once at a time, and everybody gets what they asked for.
func TestManyProgramsUseTheCardAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, anyProgram("web", system.TLS), anyProgram("shell", system.SSH))
	dir, file, key := text(t, w)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			signature := filepath.Join(dir, strconv.Itoa(i))
			if out, err := w.tool(t, "--sign", "-m", "SHA256-RSA-PKCS", "-i", file, "-o", signature); err != nil {
				t.Errorf("program %d: %v: %s", i, err, out)
			}
			if out, err := w.run(t, "openssl", "dgst", "-sha256", "-verify", key, "-signature", signature, file); err != nil {
				t.Errorf("program %d: %v: %s", i, err, out)
			}
		})
	}
	all.Wait()
	if got := w.signatures(); got != 8 {
		t.Errorf("%d signatures were made", got)
	}
}

// TestAProgramThatIsNotAllowedIsToldOfNoCard, in the words of the tools that people use.
func TestAProgramThatIsNotAllowedIsToldOfNoCard(t *testing.T) {
	t.Parallel()
	s := anyProgram("browsers", system.TLS)
	s.Caller.Exe = []string{"/usr/bin/another"}
	w := newWorld(t, s)
	if out, _ := w.tool(t, "-L"); !strings.Contains(out, "No slots") {
		t.Errorf("pkcs11-tool says %s", out)
	}
	if out, err := w.run(t, "ssh-keygen", "-D", client); err == nil || strings.Contains(out, "ssh-rsa") {
		t.Errorf("ssh-keygen says %s", out)
	}
	if _, err := remote.Open(t.Context(), w.socket); err == nil {
		t.Error("a client of ours finds a card")
	}
}
