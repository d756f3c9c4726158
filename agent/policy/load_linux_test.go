package policy

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// folder is a policy folder on disk with the files given as name, content, name, content...
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustLoad(t *testing.T, file string) *Loaded {
	t.Helper()
	l, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// refused loads what must be refused and returns the first problem.
func refused(t *testing.T, file string) *Error {
	t.Helper()
	_, err := Load(file)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("Load = %v, want an *Error", err)
	}
	return e
}

func TestAnEmptyFileIsTheDefaultsOfTheContract(t *testing.T) {
	dir := folder(t, "agent.toml", "")
	want := Policy{
		Card: Card{Modules: []string{"opensc-pkcs11.so"}, Readers: []string{}, OperationTimeout: 5 * time.Second,
			Products: []Product{{Name: "reserve", Carrier: "reserve", Unlock: "replace"}}},
		Trust: Trust{Environment: Production, Anchors: []string{dir + "/trust"}, MinimumLoA: 3, Policy: []OIDRule{}, Issuer: []IssuerRule{},
			TestMarks: []string{"TEST *", "SYSTEMTEST *", "* PP"}},
		Revocation: Revocation{Mode: Require, Order: []string{"ocsp", "crl"}, Grace: 24 * time.Hour, Timeout: 2 * time.Second},
		Identity:   Identity{Sources: []string{"accounts", "upn"}, LDAP: LDAP{StartTLS: true, Bind: "machine", Timeout: 2 * time.Second, MaxAge: 24 * time.Hour}},
		Session: Session{Mode: Personal, OnRemoval: Lock, IdleLock: 10 * time.Minute, IdentityHeartbeat: 5 * time.Second,
			SharedAccount: "kiosk", ClosePrograms: []string{}},
		Audit: Audit{Retention: 1826 * 24 * time.Hour},
	}
	if got := mustLoad(t, filepath.Join(dir, "agent.toml")).Policy; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// contract is the policy file as it stands in the interface contract, with a rule filled in.
const contract = `
[card]
modules = ["opensc-pkcs11.so", "/usr/lib/libiidp11.so"]
readers = ["Virtual PCD *"]
operation_timeout = "5s"
[[card.product]]
name = "7XX"
atr = ["3b7fxx"]
unlock = "administrator"
[trust]
environment = "test"
anchors = ["/etc/siths-agent/trust"]
minimum_loa = 2
test_marks = ["QA *", "TEST *"]
[[trust.issuer]]
name = "SITHS e-id Person HSA-id 3 CA v1"
loa = 3
identity = "hsa"
[[trust.policy]]
oid = "1.2.752.74.8.9001"
loa = 3
identity = "hsa"
carrier = "card"
[[trust.policy]]
oid = "1.2.752.74.8.9002"
loa = 2
identity = "samordningsnummer"
carrier = "reserve"
[revocation]
mode = "off"
order = ["crl"]
grace = "48h"
timeout = "1s500ms"
proxy = "http://proxy:8080"
[identity]
sources = ["ldap", "upn"]
[identity.ldap]
uri = "ldaps://dc.example.se:636"
base = "DC=example,DC=se"
filter = "(&(objectClass=user)(hsaIdentity={hsa_id}))"
attribute = "sAMAccountName"
start_tls = false
ca = "/etc/ssl/dc.pem"
bind = "file:/etc/siths-agent/ldap.secret"
timeout = "1s"
max_age = "8h"
[session]
mode = "shared"
on_removal = "logout"
removal_grace = "30s"
idle_lock = "1h"
identity_heartbeat = "10s"
shared_account = "ward7"
close_programs = ["firefox", "/opt/journal/journal"]
[audit]
syslog = "tcp+tls://log.example.se:6514"
syslog_ca = "/etc/siths-agent/log-ca.pem"
retention = "3650d"
[ui]
pin_paste = true
`

func TestEveryKeyOfTheContractIsTakenOver(t *testing.T) {
	want := Policy{
		Card: Card{Modules: []string{"opensc-pkcs11.so", "/usr/lib/libiidp11.so"}, Readers: []string{"Virtual PCD *"},
			OperationTimeout: 5 * time.Second, Products: []Product{{"7XX", []string{"3b7fxx"}, "", "administrator"}}},
		Trust: Trust{Environment: Test, Anchors: []string{"/etc/siths-agent/trust"}, MinimumLoA: 2, Policy: []OIDRule{
			{"1.2.752.74.8.9001", 3, "hsa", "card"}, {"1.2.752.74.8.9002", 2, "samordningsnummer", "reserve"}},
			Issuer:    []IssuerRule{{"SITHS e-id Person HSA-id 3 CA v1", 3, "hsa", ""}},
			TestMarks: []string{"QA *", "TEST *"}},
		Revocation: Revocation{Mode: Off, Order: []string{"crl"}, Grace: 48 * time.Hour, Timeout: 1500 * time.Millisecond, Proxy: "http://proxy:8080"},
		Identity: Identity{Sources: []string{"ldap", "upn"}, LDAP: LDAP{
			URI: "ldaps://dc.example.se:636", Base: "DC=example,DC=se", Filter: "(&(objectClass=user)(hsaIdentity={hsa_id}))",
			Attribute: "sAMAccountName", CA: "/etc/ssl/dc.pem", Bind: "file:/etc/siths-agent/ldap.secret",
			Timeout: time.Second, MaxAge: 8 * time.Hour}},
		Session: Session{Mode: Shared, OnRemoval: Logout, RemovalGrace: 30 * time.Second, IdleLock: time.Hour,
			IdentityHeartbeat: 10 * time.Second, SharedAccount: "ward7", ClosePrograms: []string{"firefox", "/opt/journal/journal"}},
		Audit: Audit{Syslog: "tcp+tls://log.example.se:6514", SyslogCA: "/etc/siths-agent/log-ca.pem", Retention: 3650 * 24 * time.Hour},
		UI:    UI{PINPaste: true},
	}
	l := mustLoad(t, filepath.Join(folder(t, "agent.toml", contract), "agent.toml"))
	if !reflect.DeepEqual(l.Policy, want) {
		t.Errorf("got  %+v\nwant %+v", l.Policy, want)
	}
	for _, e := range l.Show() {
		if e.From == (Origin{}) {
			t.Errorf("%s is not in this test's file", e.Key.Name)
		}
	}
}

func TestANamedFileMustExistButTheDefaultOneNeedNot(t *testing.T) {
	if e := refused(t, filepath.Join(t.TempDir(), "agent.toml")); e.What != FileMissing {
		t.Errorf("a named missing file gave %v", e)
	}
	if _, err := os.Stat(DefaultFile()); err == nil {
		t.Fatalf("%s exists: this test needs a machine without the product", DefaultFile())
	}
	l := mustLoad(t, "")
	if !reflect.DeepEqual(l.Policy, Defaults("/etc/siths-agent")) || len(l.Files) != 0 {
		t.Errorf("without a file: %+v from %v", l.Policy, l.Files)
	}
}

func TestDropInsWinInTheOrderOfTheirNamesAndReplaceLists(t *testing.T) {
	dir := folder(t,
		"agent.toml", "[card]\nmodules = [\"a.so\"]\noperation_timeout = \"1s\"\n",
		"agent.toml.d/20-second.toml", "[card]\nmodules = [\"c.so\"]\n",
		"agent.toml.d/10-first.toml", "card.modules = [\"b.so\", \"d.so\"]\n[trust]\nminimum_loa = 4\n",
		"agent.toml.d/.hidden.toml", "not toml",
		"agent.toml.d/30-old.toml.bak", "not toml")
	l := mustLoad(t, filepath.Join(dir, "agent.toml"))
	if got := l.Policy.Card; !reflect.DeepEqual(got.Modules, []string{"c.so"}) || got.OperationTimeout != time.Second {
		t.Errorf("card = %+v", got)
	}
	if l.Policy.Trust.MinimumLoA != 4 {
		t.Errorf("minimum_loa = %d", l.Policy.Trust.MinimumLoA)
	}
	e, err := l.Explain("card.modules")
	if err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(dir, "agent.toml.d/10-first.toml")
	second := filepath.Join(dir, "agent.toml.d/20-second.toml")
	main := filepath.Join(dir, "agent.toml")
	if e.Value != `["c.so"]` || e.From != (Origin{second, 2}) || !reflect.DeepEqual(e.Over, []Origin{{main, 2}, {first, 1}}) {
		t.Errorf("explanation = %+v", e)
	}
	if !reflect.DeepEqual(l.Files, []string{main, first, second}) {
		t.Errorf("files = %v", l.Files)
	}
}

func TestADropInCanTurnRevocationOffOnlyTogetherWithTheTestEnvironment(t *testing.T) {
	dir := folder(t, "agent.toml", "[trust]\nenvironment = \"test\"\n", "agent.toml.d/a.toml", "\n[revocation]\nmode = \"off\"\n")
	file := filepath.Join(dir, "agent.toml")
	if got := mustLoad(t, file).Policy.Revocation.Mode; got != Off {
		t.Fatalf("mode = %q", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "agent.toml.d/b.toml"), []byte("trust.environment = \"production\""), 0o644); err != nil {
		t.Fatal(err)
	}
	e := refused(t, file)
	if e.What != NotInProduction || e.Line != 3 || filepath.Base(e.File) != "a.toml" {
		t.Errorf("got %v", e)
	}
}

func TestProblemsOfAllFilesAreToldTogetherInOrder(t *testing.T) {
	dir := folder(t,
		"agent.toml", "[card]\n\nmodles = []\noperation_timeout = 3\n",
		"agent.toml.d/a.toml", "[trust]\nminimum_loa = 9\n",
		"accounts.toml", "[accounts]\nX = \"anna\"\n")
	_, err := Load(filepath.Join(dir, "agent.toml"))
	var all Errors
	if !errors.As(err, &all) {
		t.Fatalf("err = %v", err)
	}
	var got []string
	for _, e := range all {
		got = append(got, strings.TrimPrefix(e.Parts().Where, dir+"/")+" "+e.Key)
	}
	want := []string{"accounts.toml:2 accounts.X", "agent.toml:3 card.modles", "agent.toml:4 card.operation_timeout",
		"agent.toml.d/a.toml:2 trust.minimum_loa"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != len(want) {
		t.Errorf("the text has %d lines:\n%v", n, err)
	}
}

func TestAccountsMaySharePeople(t *testing.T) {
	dir := folder(t, "agent.toml", "", "accounts.toml",
		"# ward 7\n[accounts]\n\"SE2321000131-P000000000001\" = \"anna\"\nSE2321000131-P000000000002 = 'anna'\n\"TSTNMT2321000156-1025\" = 'KOMMUN\\bo'\n")
	want := map[string]string{"SE2321000131-P000000000001": "anna", "SE2321000131-P000000000002": "anna", "TSTNMT2321000156-1025": `KOMMUN\bo`}
	if got := mustLoad(t, filepath.Join(dir, "agent.toml")).Accounts; !reflect.DeepEqual(got, want) {
		t.Errorf("accounts = %v", got)
	}
}

func TestFilesThatCannotBePolicyAreRefused(t *testing.T) {
	write := func(data string) func(string) error {
		return func(f string) error { return os.WriteFile(f, []byte(data), 0o644) }
	}
	cases := []struct {
		name string
		make func(file string) error
		want Fault
		line int
	}{
		{"larger than 256 KiB", write(strings.Repeat("# padding\n", 30000)), FileTooLarge, 0},
		{"a byte order mark", write("\xef\xbb\xbf[card]\n"), FileBOM, 1},
		{"UTF-16 little endian with a mark", write("\xff\xfe[\x00c\x00"), FileUTF16, 1},
		{"UTF-16 big endian with a mark", write("\xfe\xff\x00[\x00c"), FileUTF16, 1},
		{"UTF-16 without a mark", write("[\x00c\x00a\x00"), FileUTF16, 1},
		{"Latin-1 in a comment", write("[card]\n# sm\xf6rg\xe5s\n"), FileNotUTF8, 2},
		{"a NUL", write("[card]\nmodules = [\"a\x00\"]\n"), Syntax, 2},
		{"a folder", func(f string) error { return os.Mkdir(f, 0o755) }, FileNotRegular, 0},
		{"a FIFO", func(f string) error { return syscall.Mkfifo(f, 0o600) }, FileNotRegular, 0},
		{"a device", func(f string) error { return os.Symlink("/dev/zero", f) }, FileWritable, 0},
		{"a link to itself", func(f string) error { return os.Symlink(f, f) }, FileUnreadable, 0},
		{"a link to nothing", func(f string) error { return os.Symlink(f+".gone", f) }, FileMissing, 0},
		{"a file that its group may write", func(f string) error { return errors.Join(write("")(f), os.Chmod(f, 0o664)) }, FileWritable, 0},
		{"a file that everyone may write", func(f string) error { return errors.Join(write("")(f), os.Chmod(f, 0o646)) }, FileWritable, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "agent.toml")
			if err := c.make(file); err != nil {
				t.Fatal(err)
			}
			if e := refused(t, file); e.What != c.want || e.Line != c.line {
				t.Errorf("got %s at line %d: %v", e.What, e.Line, e)
			}
		})
	}
}

func TestALinkIntoAFolderThatOthersMayWriteIsRefused(t *testing.T) {
	dir := folder(t, "open/target.toml", "", "etc/readme", "")
	if err := os.Chmod(filepath.Join(dir, "open"), 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "etc/agent.toml")
	if err := os.Symlink("../open/target.toml", file); err != nil {
		t.Fatal(err)
	}
	if e := refused(t, file); e.What != FileWritable || e.Got != filepath.Join(dir, "open") {
		t.Errorf("got %v", e)
	}
	if err := os.Chmod(filepath.Join(dir, "open"), 0o755); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, file)
}

func TestADropInFolderThatIsAFileIsAnError(t *testing.T) {
	dir := folder(t, "agent.toml", "", "agent.toml.d", "")
	if e := refused(t, filepath.Join(dir, "agent.toml")); e.What != FileUnreadable {
		t.Errorf("got %v", e)
	}
}
