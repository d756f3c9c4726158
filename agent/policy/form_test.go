package policy

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"siths-agent/internal/trusted"
)

// formCase is a form with what it takes and what it does not.
type formCase struct {
	name      string
	form      *Form
	good, bad []string
}

func formCases() []formCase {
	return []formCase{
		{"module", formModule(),
			[]string{"opensc-pkcs11.so", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "a..b.so"},
			[]string{"", ".", "..", "./a.so", "lib/a.so", "/usr/../a.so", `..\a.dll`, "a\n.so"}},
		{"path", formPath(),
			[]string{"/etc/siths-agent/trust", "/", "/etc/sm\u00f6rg\u00e5s"},
			[]string{"", "etc", "./etc", "/etc/..", "/../etc", "/a\x00"}},
		{"reader", formReader(),
			[]string{"*", "Virtual PCD 0? *", "[A-Z]*", `\*`},
			[]string{"", "[", "a[", `a\`, "[]", "*\x1b"}},
		{"OID", formOID(),
			[]string{"1.2.752.74.8.9001", "0.0", "0.39", "2.5.29.32", "2.999", "1.2.0"},
			[]string{"", "1", "1.", ".1", "1..2", "1.2.", "01.2", "1.02", "1.40", "0.100", "3.1", "1.2.x", "1.2. 3", "1.2." + strings.Repeat("1", 128)}},
		{"test mark", formMark(),
			[]string{"TEST *", "* PP", "Q*", "*\u00e5"},
			[]string{"", "*", "**", "TEST", "TE*ST", "*TEST*", " *", "TEST\n*", "* \x00PP"}},
		{"LDAP address", formLDAPURI(),
			[]string{"ldap://dc", "ldaps://dc.kommun.se", "ldaps://dc.kommun.se:636", "ldap://192.0.2.1:389"},
			[]string{"", "dc", "ldap://", "ldap://:389", "ldap://dc:", "ldap://dc:x", "ldap://dc/", "ldap://user@dc", "http://dc", "LDAP://dc", "ldap://-dc", "ldap://dc:123456"}},
		{"LDAP filter", formFilter(),
			[]string{"(hsaIdentity={hsa_id})", "(&(objectClass=user)(hsa={hsa_id}))"},
			[]string{"", "hsa={hsa_id}", "(hsa=*)", "((hsa={hsa_id})", "(hsa={hsa_id})\n", "(hsa={hsa_id}*)", "(hsa>={hsa_id})", "(cn=\u202e)(hsa={hsa_id})"}},
		{"bind", formBind(),
			[]string{"machine", "file:/etc/siths-agent/ldap.secret"},
			[]string{"", "Machine", "file:", "file:secret", "file:/etc/../secret", "anna:secret"}},
		{"proxy", formProxy(),
			[]string{"http://proxy.kommun.se:8080", "http://127.0.0.1:3128"},
			[]string{"", "proxy:8080", "https://proxy:8080", "http://proxy", "http://me:secret@proxy:8080", "http://proxy:8080/x"}},
		{"syslog", formSyslog(),
			[]string{"tcp+tls://log.kommun.se:6514", "unix:///dev/log"},
			[]string{"", "tcp+tls://log", "tcp+tls://log:", "tcp://log:514", "unix://dev/log", "unix:///dev/../log", "unix://"}},
		{"word", formWord(),
			[]string{"DC=kommun,DC=se", "sAMAccountName", "Sk\u00f6vde kommun"},
			[]string{"", " a", "a ", "a\tb", "a\u202eb"}},
		{"account", formAccount(),
			[]string{"anna", `KOMMUN\anna`, "anna@kommun.se", "anna.andersson", "\u00e5sa"},
			[]string{"", "-anna", "an na", "anna:x", "a/b", "anna\n", "a,b", strings.Repeat("a", 257)}},
		{"HSA-id", formHSAID(),
			[]string{"SE2321000131-P000000000001", "TSTNMT2321000156-1025", "SE2321000131-E1X", "T-SERVICES-SE165565594230-1110",
				"T_SERVICES_SE165565594230-10B0", "SE2120000142-Q9x7"},
			[]string{"", "-", "SE2321000131", "SE2321000131-", "-P1", "se2321000131-P1", "SE2321000131-P1-", "SE2321000131--P1", "T_SERVICES", "SE2321000131-\u00c51",
				"\u0405E2321000131-P1", "SE2321000131-P1\x00", "SE2321000131-" + strings.Repeat("1", 64)}},
	}
}

func TestFormsTakeWhatTheySayAndNothingElse(t *testing.T) {
	for _, c := range formCases() {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range c.good {
				if !c.form.valid(s) {
					t.Errorf("%q is refused", s)
				}
			}
			for _, s := range c.bad {
				if c.form.valid(s) {
					t.Errorf("%q is accepted", s)
				}
			}
		})
	}
}

func TestHintsAreNearOrNotGiven(t *testing.T) {
	known := []string{"card.modules", "card.readers", "session.mode", "revocation.mode", "session.identity_heartbeat"}
	for in, want := range map[string]string{
		"card.module":                "card.modules",
		"card.moduels":               "card.modules",
		"crad.readers":               "card.readers",
		"session.Mode":               "session.mode",
		"session.identityheartbeats": "session.identity_heartbeat",
		"readers":                    "card.readers",
		"card.pin":                   "",
		"":                           "",
		strings.Repeat("x", 1<<20):   "",
	} {
		if got := hint(in, known); got != want {
			t.Errorf("%q gave the hint %q, want %q", cut(in), got, want)
		}
	}
}

func TestDistanceCountsSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"card", "card", 0}, {"crad", "card", 2}, {"mode", "modes", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want || got != distance(c.b, c.a) {
			t.Errorf("%q and %q are %d apart, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestQuotedTextsReadBackTheSame(t *testing.T) {
	for _, s := range []string{"", "plain", `"\`, "a\nb\tc\x7f", "\u202e\u009b", "\U000e0041", "\u00e5\u00e4\u00f6", "\x00"} {
		settings, wrong := parse([]byte("v = " + quote(s)))
		if wrong != nil || settings[0].val.text != s {
			t.Errorf("%q was written %s and read %+v, %v", s, quote(s), settings, wrong)
		}
	}
}

func TestAnErrorKeepsWhatTheSystemSaid(t *testing.T) {
	err := fileError("/etc/siths-agent/agent.toml", &fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission})
	if !errors.Is(err, fs.ErrPermission) || err.What != FileUnreadable {
		t.Errorf("err = %v", err)
	}
	if got := fileError("f", &trusted.Flaw{Path: "/tmp/f", Fault: trusted.ForeignOwner}).Error(); got != "f: /tmp/f belongs to another user; run: chown root /tmp/f" {
		t.Error(got)
	}
}

func TestKeysKnowTheirSectionAndDefault(t *testing.T) {
	k, found := Lookup("identity.ldap.bind")
	if !found || k.Section() != "identity.ldap" || k.DefaultFor("/etc") != `"machine"` {
		t.Errorf("%+v", k)
	}
	if k.Sub != nil || (Key{Name: "oid"}).Section() != "" {
		t.Error("a key without a table has a section")
	}
	if k, _ := Lookup("trust.anchors"); k.DefaultFor("/opt/x") != `["/opt/x/trust"]` {
		t.Errorf("anchors default to %s", k.DefaultFor("/opt/x"))
	}
}
