package identity

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

func wantConfigError(t *testing.T, err error, file, text string) {
	t.Helper()
	failed, ok := errors.AsType[*ConfigError](err)
	if !ok || failed.File != file || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q for file %q", err, text, file)
	}
}

func TestAPolicyThatWouldWeakenTheChecksIsRefused(t *testing.T) {
	dir := trustOf(t, hierarchyOf(t, testpki.Test))
	for text, change := range map[string]func(*Config){
		`environment is ""`:                    func(c *Config) { c.Environment = "" },
		`environment is "Test"`:                func(c *Config) { c.Environment = "Test" },
		`revocation mode is ""`:                func(c *Config) { c.Revocation = "" },
		"off is only for the test environment": func(c *Config) { c.Environment, c.Revocation = Production, Off },
		"grace is -1h0m0s":                     func(c *Config) { c.Grace = -time.Hour },
		"minimum level of assurance is 0":      func(c *Config) { c.MinimumLoA = 0 },
		"minimum level of assurance is 5":      func(c *Config) { c.MinimumLoA = 5 },
		`identity source is "cn"`:              func(c *Config) { c.Sources = []Source{"cn"} },
		`"191212121212" is not an HSA-id`:      func(c *Config) { c.Accounts = map[string]string{"191212121212": "anna"} },
		`"an na" of SE2321000131-P1 cannot be`: func(c *Config) { c.Accounts = map[string]string{"SE2321000131-P1": "an na"} },
	} {
		cfg := configFor(dir)
		change(&cfg)
		_, err := New(cfg)
		wantConfigError(t, err, "", text)
	}
}

func TestATrustAnchorThatCannotBeUsedIsNamed(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	leaf := issue(t, pki, testpki.Person{}).Auth.Cert.Raw
	for name, c := range map[string]struct {
		file string
		data []byte
		text string
	}{
		"text":         {"bad.pem", []byte("hello"), "malformed"},
		"a key":        {"key.pem", []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "no CERTIFICATE in the PEM file"},
		"a leaf":       {"leaf.cer", leaf, "not a CA certificate"},
		"a huge file":  {"huge.der", make([]byte, maxAnchorSize+1), "larger than"},
		"an empty one": {"empty.crt", nil, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := trustOf(t, pki)
			file := filepath.Join(dir, c.file)
			if err := os.WriteFile(file, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := New(configFor(dir))
			wantConfigError(t, err, file, c.text)
		})
	}
}

func TestATrustFolderWithoutRootIsRefused(t *testing.T) {
	missing, empty, noRoot := filepath.Join(t.TempDir(), "none"), t.TempDir(), t.TempDir()
	if err := hierarchyOf(t, testpki.Test).WriteTrustOf(noRoot, testpki.PersonHSA3); err != nil {
		t.Fatal(err)
	}
	_, err := New(configFor(missing))
	wantConfigError(t, err, missing, "no such file")
	_, err = New(configFor(empty))
	wantConfigError(t, err, empty, "no self-signed root")
	_, err = New(configFor(noRoot))
	wantConfigError(t, err, noRoot, "no self-signed root")
	_, err = New(configFor())
	wantConfigError(t, err, "", "no self-signed root")
}

func TestOnlyASelfSignedAnchorIsARoot(t *testing.T) {
	pki, other := hierarchyOf(t, testpki.Test), hierarchyOf(t, testpki.SystemTest)
	root := pki.CA(testpki.Root)
	namesake := testpki.CA{Cert: root.Cert, Key: other.CA(testpki.Root).Key} // the root's name, another key
	alias := testpki.CA{Cert: other.CA(testpki.Root).Cert, Key: root.Key}    // another name, the root's key
	for name, by := range map[string]testpki.CA{"self-issued, not self-signed": namesake, "self-signed, not self-issued": alias} {
		var a anchors
		a.add(reissueUnchecked(t, root.Cert, by))
		if len(a.roots) != 0 || len(a.intermediates) != 1 {
			t.Errorf("%s: %d roots", name, len(a.roots))
		}
	}
	var a anchors
	if a.add(root.Cert); len(a.roots) != 1 {
		t.Error("the root is none")
	}
}

// reissueUnchecked is reissue by an authority whose certificate and key do not belong together.
func reissueUnchecked(t *testing.T, cert *x509.Certificate, by testpki.CA) *x509.Certificate {
	t.Helper()
	parent := *by.Cert
	parent.PublicKey = by.Key.Public()
	return reissue(t, cert, &testpki.CA{Cert: &parent, Key: by.Key}, nil)
}

func TestATrustAnchorThatOthersCanChangeIsRefused(t *testing.T) {
	dir := trustOf(t, hierarchyOf(t, testpki.Test))
	file := filepath.Join(dir, "testsithseidrootcav2.pem")
	for path, mode := range map[string]os.FileMode{file: 0o664, dir: 0o777} {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err = New(configFor(dir))
		wantConfigError(t, err, path, "can change it")
		if err := os.Chmod(path, before.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New(configFor(dir)); err != nil {
		t.Errorf("refused with its own modes: %v", err)
	}
}

func TestATrustAnchorBehindAnothersFolderIsRefused(t *testing.T) {
	dir, behind := trustOf(t, hierarchyOf(t, testpki.Test)), t.TempDir()
	if err := os.Rename(filepath.Join(dir, "testsithseidrootcav2.pem"), filepath.Join(behind, "root.pem")); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "root.pem")
	if err := os.Symlink(filepath.Join(behind, "root.pem"), link); err != nil {
		t.Fatal(err)
	}
	if _, err := New(configFor(dir)); err != nil {
		t.Fatalf("behind a folder of our own: %v", err)
	}
	if err := os.Chmod(behind, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := New(configFor(dir))
	wantConfigError(t, err, link, "can change it")
}

func TestATrustAnchorThatIsAPipeIsRefusedAtOnce(t *testing.T) {
	dir := trustOf(t, hierarchyOf(t, testpki.Test))
	pipe := filepath.Join(dir, "pipe.pem")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := New(configFor(dir))
	wantConfigError(t, err, pipe, "not a regular file")
}

func TestAnchorsAreReadFromFilesAsFromFolders(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	dir := trustOf(t, pki)
	der := filepath.Join(dir, "issuing.CER")
	if err := os.WriteFile(der, pki.CA(testpki.PersonHSA3).Cert.Raw, 0o644); err != nil {
		t.Fatal(err)
	}
	identifier := newIdentifier(t, configFor(filepath.Join(dir, "testsithseidrootcav2.pem"), der))
	if got, err := identifier.Identify(t.Context(), issue(t, pki, testpki.Person{}).DER()); err != nil || got.Revocation.Result != "good" {
		t.Errorf("revocation %+v, %v", got.Revocation, err)
	}
}

func TestOtherFilesInTheTrustFolderDoNotMatter(t *testing.T) {
	dir := trustOf(t, hierarchyOf(t, testpki.Test))
	if err := os.WriteFile(filepath.Join(dir, "README"), []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(configFor(dir)); err != nil {
		t.Error(err)
	}
}

func TestChangingTheConfigAfterwardsChangesNothing(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	identifier := newIdentifier(t, cfg)
	cfg.Accounts[annasHSAID], cfg.Sources[0] = "bo", FromLDAP
	delete(cfg.Table, testpki.PolicyHSA3)
	if got, err := identifier.Identify(t.Context(), issue(t, pki, testpki.Person{}).DER()); err != nil || got.Account != "anna" {
		t.Errorf("account %q, %v", got.Account, err)
	}
}
