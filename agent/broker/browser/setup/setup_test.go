package setup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/broker/system"
)

const clientModule = "/usr/lib/x86_64-linux-gnu/pkcs11/" + moduleFile

// computer is a root folder with the module, and the systems of a small municipality.
func computer(t *testing.T) Computer {
	t.Helper()
	root := t.TempDir()
	put(t, filepath.Join(root, clientModule), "")
	return Computer{
		Root: root, Run: "/run/siths-agent", Ctl: "/usr/bin/sithsctl",
		Systems: []system.System{
			{Name: "lifecare", Kind: system.TLS, TLS: &system.TLSRule{Origins: []string{"https://lifecare.example.se", "https://*.test.example.se:8443"}}},
			{Name: "files", Kind: system.Kerberos, Kerberos: &system.KerberosRule{Realm: "KOMMUN.EXAMPLE"}},
			{Name: "servers", Kind: system.SSH, SSH: &system.SSHRule{}},
		},
		Issuers: []string{"TEST SITHS e-id Person HSA-id 3 CA v1"},
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func apply(t *testing.T, make func() (Plan, error)) Plan {
	t.Helper()
	p, err := make()
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tree is every file and link below root, with its content.
func tree(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		rel := strings.TrimPrefix(path, root)
		switch {
		case err != nil:
			return err
		case d.Type()&os.ModeSymlink != 0:
			target, err := os.Readlink(path)
			fmt.Fprintf(&b, "=== %s -> %s\n", rel, target)
			return err
		case !d.IsDir() && d.Name() != moduleFile:
			data, err := os.ReadFile(path)
			fmt.Fprintf(&b, "=== %s\n%s", rel, data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), root, "ROOT")
}

func TestAComputerGetsTheseFiles(t *testing.T) {
	c := computer(t)
	apply(t, c.Install)
	got := tree(t, c.Root)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile("testdata/computer.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/computer.golden")
	if err != nil || got != string(want) {
		t.Errorf("%v, got:\n%s", err, got)
	}
}

func TestASecondTimeChangesNothing(t *testing.T) {
	c := computer(t)
	apply(t, c.Install)
	before := tree(t, c.Root)
	for _, f := range apply(t, c.Install).Files {
		if !f.Same {
			t.Errorf("%s is written again", f.Path)
		}
	}
	if after := tree(t, c.Root); after != before {
		t.Errorf("from:\n%s\nto:\n%s", before, after)
	}
}

func TestAPlanTouchesNothing(t *testing.T) {
	c := computer(t)
	before := tree(t, c.Root)
	if _, err := c.Install(); err != nil {
		t.Fatal(err)
	}
	if after := tree(t, c.Root); after != before {
		t.Errorf("there is:\n%s", after)
	}
}

func TestWhatWasSetUpCanBeTakenAwayWithItsFolders(t *testing.T) {
	c := computer(t)
	apply(t, c.Install)
	apply(t, c.Remove)
	if got := tree(t, c.Root); got != "" {
		t.Errorf("left is:\n%s", got)
	}
	for _, gone := range []string{"/etc/chromium", "/etc/firefox", "/etc/systemd"} {
		if exists(filepath.Join(c.Root, gone)) {
			t.Errorf("%s is left", gone)
		}
	}
}

func TestWhatNoSystemAsksForIsTakenAway(t *testing.T) {
	c := computer(t)
	apply(t, c.Install)
	c.Systems = nil
	apply(t, c.Install)
	got := tree(t, c.Root)
	for _, gone := range []string{"AutoSelect", "default_ccache_name", "PKCS11Provider", "SPNEGO", "Select Automatically"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is left in:\n%s", gone, got)
		}
	}
}

func TestAServerNameCannotBreakOutOfABrowsersSettings(t *testing.T) {
	for _, hostile := range []string{
		`https://a"},{"pattern":"*`, "https://a,b", "https://*", "https://[*.]", "http://a.se", "https://a.se/x", "https://a.se:0", "https://a.se:99999",
		"https://A.se", "https://a b", "https://", "https://*.*.se", "https://a..se", "https://-a.se", "https://a.se:443:443", "https://ä.se", "https://a.se\n", "*",
	} {
		c := computer(t)
		c.Systems[0].TLS.Origins = []string{hostile}
		_, err := c.Install()
		var origin *OriginError
		if !errors.As(err, &origin) || origin.System != "lifecare" || origin.Origin != hostile {
			t.Errorf("%q: %v", hostile, err)
		}
	}
	c := computer(t)
	c.Systems[1].Kerberos.Realm = "EXAMPLE,*"
	var origin *OriginError
	if _, err := c.Install(); !errors.As(err, &origin) {
		t.Errorf("a realm: %v", err)
	}
}

func TestAnAuthoritysNameStaysAString(t *testing.T) {
	c := computer(t)
	c.Issuers = []string{`x"}},{"pattern":"*","filter":{"ISSUER":{"CN":"<y>&`}
	keys, err := chromiumKeysOf(c.Systems, c.Issuers)
	if err != nil || len(keys.AutoSelect) != 2 {
		t.Fatalf("%v, %v", keys, err)
	}
	if !strings.Contains(keys.AutoSelect[0], `"CN":"x\"}},{\"pattern\":\"*\",\"filter\":{\"ISSUER\":{\"CN\":\"<y>&"`) {
		t.Error(keys.AutoSelect[0])
	}
}

func TestWithoutAnIssuingAuthorityNoCertificateIsPicked(t *testing.T) {
	c := computer(t)
	c.Issuers = nil
	p := apply(t, c.Install)
	if got := tree(t, c.Root); strings.Contains(got, "AutoSelect") || len(p.Notes) != 1 || p.Notes[0].Kind != NoIssuer {
		t.Errorf("%v\n%s", p.Notes, got)
	}
}

func TestWhatIsInTheWayIsToldAndLeftAlone(t *testing.T) {
	c := computer(t)
	own := filepath.Join(c.Root, chromiumFiles()[0])
	put(t, own+".elsewhere", "{}")
	if err := os.Symlink(own+".elsewhere", own); err != nil {
		t.Fatal(err)
	}
	var blocked *BlockedError
	if _, err := c.Install(); !errors.As(err, &blocked) || blocked.Path != own {
		t.Errorf("%v", err)
	}
}

func TestWhatLeadsPastTheServiceIsTold(t *testing.T) {
	c := computer(t)
	for _, path := range []string{"/usr/share/p11-kit/modules/opensc-pkcs11.module", "/etc/xdg/autostart/pkcs11-register.desktop", "/snap/bin/firefox", "/var/lib/flatpak/app/org.chromium.Chromium/x"} {
		put(t, filepath.Join(c.Root, path), "")
	}
	put(t, filepath.Join(c.Root, "/etc/chromium/policies/managed/it.json"), `{"AuthServerAllowlist":"x"}`)
	put(t, filepath.Join(c.Root, "/etc/chromium/policies/managed/odd.json"), `{`)
	p, err := c.Install()
	if err != nil {
		t.Fatal(err)
	}
	var got []NoteKind
	for _, n := range p.Notes {
		got = append(got, n.Kind)
	}
	if fmt.Sprint(got) != "[contested past-agent past-agent snap flatpak]" {
		t.Errorf("%v", p.Notes)
	}
}

func TestTicketsPlaceStandsBeforeWhateverElseKerberosIsTold(t *testing.T) {
	c := computer(t)
	path := filepath.Join(c.Root, krb5File)
	const theirs = "[libdefaults]\n\tdefault_realm = EXAMPLE\n"
	put(t, path, theirs)
	apply(t, c.Install)
	got, err := os.ReadFile(path)
	if err != nil || !bytes.HasSuffix(got, []byte(theirs)) || !bytes.HasPrefix(got, []byte(blockBegin)) {
		t.Errorf("%q, %v", got, err)
	}
	apply(t, c.Remove)
	if got, err := os.ReadFile(path); err != nil || string(got) != theirs {
		t.Errorf("%q, %v", got, err)
	}
	put(t, path, blockBegin+theirs)
	if _, err := c.Install(); !errors.Is(err, errHalfBlock) {
		t.Errorf("half a block: %v", err)
	}
}

func TestWhatOfTicketsDoesNotGoTogetherIsTold(t *testing.T) {
	c := computer(t)
	c.Systems[1].Kerberos.Realm = ""
	sssd := filepath.Join(c.Root, sssdFile)
	put(t, sssd, "[sssd]\ndomains = kommun.example\n")
	p, err := c.Install()
	want := []Note{{Kind: NoRealm, Detail: "files"}, {Kind: SSSD, Path: sssd, Detail: ownTickets}}
	if err != nil || !slices.Equal(p.Notes, want) {
		t.Errorf("%v, %+v", err, p.Notes)
	}
	put(t, sssd, "[domain/kommun.example]\n"+ownTickets+" = FILE:/tmp/krb5cc_%U_XXXXXX\n")
	for _, named := range []system.KerberosRule{{Realm: "KOMMUN.EXAMPLE"}, {Servers: []string{"intranet.example"}}} {
		c.Systems[1].Kerberos = &named
		if p, err := c.Install(); err != nil || len(p.Notes) != 0 {
			t.Errorf("%+v: %v, %+v", named, err, p.Notes)
		}
	}
	c.Systems = c.Systems[:1]
	put(t, sssd, "")
	if p, err := c.Install(); err != nil || len(p.Notes) != 0 {
		t.Errorf("without a system that wants tickets: %v, %+v", err, p.Notes)
	}
}

func TestBrowsersShowTicketsToTheServersThatAreNamedOrElseToTheRealms(t *testing.T) {
	for name, c := range map[string]struct {
		rule              system.KerberosRule
		chromium, firefox string
	}{
		"the realm's": {system.KerberosRule{Realm: "AD.KOMMUN.EXAMPLE"}, `"ad.kommun.example,*.ad.kommun.example"`, `["ad.kommun.example"]`},
		"named":       {system.KerberosRule{Realm: "AD.KOMMUN.EXAMPLE", Servers: []string{"*.kommun.example", "intranet.example"}}, `"intranet.example,*.kommun.example"`, `["intranet.example",".kommun.example"]`},
	} {
		t.Run(name, func(t *testing.T) {
			all := []system.System{{Name: "files", Kind: system.Kerberos, Kerberos: &c.rule}}
			keys, err := chromiumKeysOf(all, nil)
			if got, _ := compact(keys.Negotiate); err != nil || got != c.chromium {
				t.Errorf("Chromium: %s, %v", got, err)
			}
			claims, err := Computer{Systems: all}.firefoxClaims(clientModule)
			var servers []any
			for _, one := range claims {
				if one.Item {
					servers = append(servers, one.Value)
				}
			}
			if got, _ := compact(servers); err != nil || got != c.firefox {
				t.Errorf("Firefox: %s, %v", got, err)
			}
		})
	}
	hostile := []system.System{{Name: "files", Kind: system.Kerberos, Kerberos: &system.KerberosRule{Servers: []string{"a,*"}}}}
	var wrong *OriginError
	if _, err := ticketServers(hostile); !errors.As(err, &wrong) {
		t.Errorf("a list in a name: %v", err)
	}
}
