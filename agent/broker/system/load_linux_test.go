package system

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/policy"
)

const lifecare = `title = "Lifecare"
kind = "tls"
replaces_password = true

[caller]
exe = ["/usr/lib/chromium/chromium", 'C:\Program Files\Google\Chrome\Application\chrome.exe']
publisher = "Google LLC"
package = "chromium"
lsm_label = "chromium"
min_tier = 2
consent = "first-use-per-insertion"

[session]
idle = "15m"
absolute = "8h"
on_removal = []

[tls]
key = "auth"
origins = ["https://lifecare.example.se", "https://*.example.se:8443"]
acr = "http://id.sambi.se/loa/loa3"
max_signatures_per_minute = 30
`

// parse reads a file of that content by the name of lifecare.toml.
func parse(text string) (System, error) { return Parse("/etc/systems.d/lifecare.toml", []byte(text)) }

func TestEveryKeyOfAFileIsTakenOver(t *testing.T) {
	got, err := parse(lifecare)
	want := System{Name: "lifecare", Title: "Lifecare", Kind: TLS, ReplacesPassword: true,
		Caller: Caller{Exe: []string{"/usr/lib/chromium/chromium", `C:\Program Files\Google\Chrome\Application\chrome.exe`},
			Publisher: "Google LLC", Package: "chromium", Label: "chromium", MinTier: T2, Consent: FirstUse},
		Session: Session{Idle: 15 * time.Minute, Absolute: 8 * time.Hour},
		TLS: &TLSRule{Origins: []string{"https://lifecare.example.se", "https://*.example.se:8443"},
			ACR: "http://id.sambi.se/loa/loa3", MaxSignaturesPerMinute: 30}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

func TestWhatAFileLeavesOutHasItsDefault(t *testing.T) {
	for text, want := range map[string]System{
		"title = 'A'\nkind = 'tls'\ntls.origins = ['https://a.se']": {Kind: TLS,
			Caller: Caller{Exe: Programs(TLS), MinTier: T1, Consent: Never}, Session: Session{OnRemoval: []Measure{NetService}},
			TLS: &TLSRule{Origins: []string{"https://a.se"}, MaxSignaturesPerMinute: 60}},
		"title = 'A'\nkind = 'kerberos'": {Kind: Kerberos,
			Caller: Caller{Exe: Programs(Kerberos), MinTier: T1, Consent: Never}, Session: Session{OnRemoval: []Measure{Tickets, NetService}},
			Kerberos: &KerberosRule{Principal: "{upn}", Servers: []string{}, Config: "/etc/krb5.conf", Lifetime: 10 * time.Hour, Timeout: 10 * time.Second}},
		"title = 'A'\nkind = 'ssh'": {Kind: SSH, Caller: Caller{Exe: Programs(SSH), MinTier: T1, Consent: Never},
			SSH: &SSHRule{HostKeys: []string{}, MaxSignaturesPerMinute: 60}},
		"title = 'A'\nkind = 'ssh'\ncaller.min_tier = 0": {Kind: SSH, Caller: Caller{Exe: []string{}, Consent: Never},
			SSH: &SSHRule{HostKeys: []string{}, MaxSignaturesPerMinute: 60}},
		"title = 'A'\nkind = 'ssh'\ncaller.package = 'p'": {Kind: SSH, Caller: Caller{Exe: []string{}, Package: "p", MinTier: T1, Consent: Never},
			SSH: &SSHRule{HostKeys: []string{}, MaxSignaturesPerMinute: 60}},
	} {
		want.Name, want.Title = "lifecare", "A"
		if got, err := parse(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", text, err, got, want)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsLineAndWhatIsAllowed(t *testing.T) {
	const ssh = "title = 'A'\nkind = 'ssh'\n"
	const tls = "title = 'A'\nkind = 'tls'\ntls.origins = ['https://a.se']\n"
	for text, want := range map[string]string{
		"kind = 'ssh'":                                                        "title: the key is missing",
		"title = 'A'":                                                         `kind: the key is missing but lifecare.toml needs it; add it; allowed: "tls" | "kerberos" | "ssh"`,
		"title = 'A'\nkind = 'oidc'":                                          `:2: kind: "oidc" is not allowed; choose an allowed value; allowed: "tls" | "kerberos" | "ssh"`,
		"title = 'A'\nkind = 'password'":                                      `:2: kind: "password" is not allowed`,
		"title = \"A\\u202e\"\nkind = 'ssh'":                                  ":1: title: ",
		"title = ''\nkind = 'ssh'":                                            ":1: title: the value is empty",
		ssh + "titel = 'B'":                                                   ":3: titel: unknown key; correct the spelling or remove the line; did you mean title?",
		ssh + "[caller]\nexes = ['/a']":                                       ":4: caller.exes: unknown key; correct the spelling or remove the line; did you mean caller.exe?",
		ssh + "[caller]\nexe = '/a'":                                          ":4: caller.exe: ",
		ssh + "[caller]\nexe = ['a']":                                         ":4: caller.exe: ",
		ssh + "[caller]\nexe = ['/usr/../bin/ssh']":                           ":4: caller.exe: ",
		ssh + "[caller]\nexe = ['/usr/bin/*']":                                ":4: caller.exe: ",
		ssh + "[caller]\nmin_tier = 4":                                        ":4: caller.min_tier: 4 is not allowed; choose an allowed value; allowed: integer, 0 to 3",
		ssh + "[caller]\nmin_tier = 2":                                        ":4: caller.min_tier: 2 is not allowed; choose an allowed value; allowed: 2 with lsm_label",
		ssh + "[caller]\nconsent = 'sometimes'":                               `:4: caller.consent: "sometimes" is not allowed; choose an allowed value; allowed: "never" | "first-use-per-insertion" | "every-time" | "pin"`,
		ssh + "[session]\nidle = '25h'":                                       ":4: session.idle: ",
		ssh + "[session]\non_removal = ['reboot']":                            ":4: session.on_removal: ",
		ssh + "[session]\non_removal = ['tickets', 'tickets']":                `:4: session.on_removal: "tickets" stands more than once`,
		ssh + "[tls]\norigins = ['https://a.se']":                             `:3: tls: tls is not allowed; choose an allowed value; allowed: kind = "tls"`,
		ssh + "tls.origins = ['https://a.se']":                                `:3: tls.origins: tls.origins is not allowed`,
		ssh + "[ssh]\nhost_keys = ['SHA256:abc']":                             ":4: ssh.host_keys: ",
		ssh + "[ssh]\nmax_signatures_per_minute = 0":                          ":4: ssh.max_signatures_per_minute: 0 is not allowed; choose an allowed value; allowed: integer, 1 to 1000",
		tls + "tls.key = 'sign'":                                              `:4: tls.key: "sign" is not allowed; choose an allowed value; allowed: "auth"`,
		"title = 'A'\nkind = 'tls'\ntls.origins = ['http://a']":               ":3: tls.origins: ",
		"title = 'A'\nkind = 'kerberos'\nkerberos.realm = 'a.se'":             ":3: kerberos.realm: ",
		"title = 'A'\nkind = 'kerberos'\nkerberos.servers = ['https://a.se']": ":3: kerberos.servers: ",
		"title = 'A'\ntitle = 'B'\nkind = 'ssh'":                              ":2: not valid TOML",
		"title = " + strings.Repeat("[", 1000):                                ":1: too many nested brackets",
		"\xff":                                                                ":1: the line holds bytes that are not UTF-8",
	} {
		_, err := parse(text)
		var errs policy.Errors
		if !errors.As(err, &errs) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "lifecare.toml") {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestFormsTakeWhatTheySay(t *testing.T) {
	for form, c := range map[*policy.Form]struct{ good, bad []string }{
		server(): {[]string{"a", "a.se", "*.a.se", "10.0.0.1"}, []string{"", "*", "*.se", "a.se:443", "https://a.se", "a,b", "A.se", "a.*.se"}},
		origin(): {good: []string{"https://a.se", "https://a.se:8443", "https://*.a.se", "https://127.0.0.1:1"},
			bad: []string{"https://a.se/", "https://A.se", "https://*.se", "https://*", "https://a.se:", "https://a.se:0", "https://a.se:65536", "https://u@a.se",
				"https://", "https://-a.se", "https://a..se", "https://a.*.se", "https://a.se?x", "https://a.se#x", "wss://a.se", "https://a.se:080"}},
		exe(): {good: []string{"/usr/bin/ssh", `C:\Program Files\a.exe`, "/snap/chromium/current/usr/lib/chromium-browser/chrome"},
			bad: []string{"/", "ssh", "/a/", "/a//b", "/a/../b", "/a/./b", `C:a.exe`, `C:\`, `C:\a\..\b`, `C:\a\\b`, `\\host\share\a.exe`, "/a\x00", "/a\n", "/a[b]"}},
		principal(): {good: []string{"{upn}", "{account}@AD.SE", "{hsa_id}", "siths/{account}"},
			bad: []string{"anna", "{upn}{account}", "-X{upn}", "{upn} x", "{nobody}", "{upn};x"}},
		realm():       {good: []string{"AD.KOMMUN.SE", "A-1"}, bad: []string{"ad.se", ".A", "-A", "A B", "Å.SE"}},
		fingerprint(): {good: []string{"SHA256:" + strings.Repeat("A", 43)}, bad: []string{"MD5:aa", "SHA256:" + strings.Repeat("A", 42), "SHA256:" + strings.Repeat("A", 43) + "="}},
	} {
		for _, s := range c.good {
			if _, ok := formOf(form, s); !ok {
				t.Errorf("%q is refused", s)
			}
		}
		for _, s := range c.bad {
			if _, ok := formOf(form, s); ok {
				t.Errorf("%q is taken", s)
			}
		}
	}
}

// formOf asks a form by way of a key that has it.
func formOf(f *policy.Form, s string) (policy.Values, bool) {
	v, errs := policy.ParseStrict("x", fmt.Appendf(nil, "v = %q", s), []policy.Key{{Name: "v", Type: policy.TypeString, Form: f}})
	return v, len(errs) == 0
}

// folder makes a folder of systems.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const good = "title = 'A'\nkind = 'ssh'\n"

func TestGoodFilesCountWhateverIsWrongWithOthers(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string) error{
		"a file that anybody can write": func(t *testing.T, dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "bad.toml"), []byte(good), 0o644), os.Chmod(filepath.Join(dir, "bad.toml"), 0o666))
		},
		"a file that its group can write": func(t *testing.T, dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "bad.toml"), []byte(good), 0o644), os.Chmod(filepath.Join(dir, "bad.toml"), 0o664))
		},
		"a link to a good file": func(t *testing.T, dir string) error { return os.Symlink("good.toml", filepath.Join(dir, "bad.toml")) },
		"a link to nothing": func(t *testing.T, dir string) error {
			return os.Symlink("/nonexistent", filepath.Join(dir, "bad.toml"))
		},
		"a pipe":   func(t *testing.T, dir string) error { return syscall.Mkfifo(filepath.Join(dir, "bad.toml"), 0o644) },
		"a folder": func(t *testing.T, dir string) error { return os.Mkdir(filepath.Join(dir, "bad.toml"), 0o755) },
		"an unknown key": func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "bad.toml"), []byte(good+"x = 1"), 0o644)
		},
		"10 MB": func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "bad.toml"), []byte(good+"#"+strings.Repeat("x", 10<<20)), 0o644)
		},
		"a name in capitals": func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "GOOD.toml"), []byte(good), 0o644)
		},
		"a name that a terminal acts on": func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "\x1b[2J.toml"), []byte(good), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"good.toml": good, ".hidden.toml": "x", "readme.txt": "x"})
			if err := spoil(t, dir); err != nil {
				t.Fatal(err)
			}
			systems, errs := Load(dir)
			if len(systems) != 1 || systems[0].Name != "good" || len(errs) != 1 {
				t.Errorf("%+v, %v", systems, errs)
			}
			if strings.Contains(errs.Error(), "\x1b") {
				t.Errorf("a terminal would act on %q", errs)
			}
		})
	}
}

func TestABadNameOfAFileIsSaidWithWhatANameMustBe(t *testing.T) {
	_, errs := Load(folder(t, map[string]string{"Life care.toml": good}))
	if got := errs.Error(); !strings.Contains(got, "Life care.toml is not allowed") || !strings.Contains(got, "a-z, 0-9, - and _") {
		t.Errorf("it says %q", got)
	}
}

func TestAFolderThatOthersCanWriteHasNoSystems(t *testing.T) {
	dir := folder(t, map[string]string{"good.toml": good})
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	systems, errs := Load(dir)
	if len(systems) != 0 || len(errs) != 1 || errs[0].What != policy.FileWritable {
		t.Errorf("%+v, %v", systems, errs)
	}
}

func TestWithoutAFolderThereAreNoSystems(t *testing.T) {
	if systems, errs := Load(filepath.Join(t.TempDir(), "systems.d")); len(systems) != 0 || len(errs) != 0 {
		t.Errorf("%+v, %v", systems, errs)
	}
}

func TestTooManyFilesAreNoSystems(t *testing.T) {
	files := map[string]string{}
	for i := range maxFiles + 1 {
		files[fmt.Sprintf("s%d.toml", i)] = good
	}
	if systems, errs := Load(folder(t, files)); len(systems) != 0 || len(errs) != 1 {
		t.Errorf("%d, %v", len(systems), errs)
	}
}
