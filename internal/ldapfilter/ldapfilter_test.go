package ldapfilter

import (
	"errors"
	"slices"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// anyone is the filter of most tests.
const anyone = "(&(objectClass=person)(hsaIdentity={hsa_id}))"

func parse(t testing.TB, text string) Filter {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

func TestAFilterTellsWhatTheHSAIDIsComparedWith(t *testing.T) {
	for text, want := range map[string][]string{
		"(uid={hsa_id})": {"uid"},
		anyone:           {"hsaIdentity"},
		"(|(hsaIdentity={hsa_id})(1.2.752.29.6.2.1={hsa_id})(HSAIDENTITY={hsa_id}))": {"hsaIdentity", "1.2.752.29.6.2.1"},
	} {
		if got := parse(t, text).Compared(); !slices.Equal(got, want) {
			t.Errorf("%s compares with %v, want %v", text, got, want)
		}
	}
}

func TestAFilterThatDoesNotCompareTheWholeHSAIDIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "{hsa_id}", "()", "(uid=x)", "uid={hsa_id}", "(uid={hsa_id}", "uid={hsa_id})", "(uid={hsa_id}))", "(uid={hsa_id})(cn=x)",
		"(uid=*{hsa_id})", "(uid={hsa_id}*)", "(uid={hsa_id}@x)", "(uid>={hsa_id})", "(uid~={hsa_id})", "(uid:={hsa_id})", "(={hsa_id})",
		"(uid;lang-sv={hsa_id})", "(uid={hsa_id}{hsa_id})", "(uid={hsa_id})(", ")uid={hsa_id}(", "(cn=x)uid={hsa_id})",
		"(uid={hsa_id}" + strings.Repeat(")", maxLength),
	} {
		if f, err := Parse(text); !errors.Is(err, ErrMisplaced) {
			t.Errorf("%q gives %+v, %v", text, f, err)
		}
	}
}

func TestAnHSAIDStandsInTheFilterAsItIs(t *testing.T) {
	want := "(&(objectClass=person)(hsaIdentity=SE2321000131-P000000000001))"
	if got := parse(t, anyone).For("SE2321000131-P000000000001"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestNoHSAIDChangesWhatIsAskedFor(t *testing.T) {
	for _, id := range []string{"*", "x)(uid=*", "x*", `\2a`, "x\x00", ")(|(cn=*", "åäö", "x)\n(", "SE1-1)(objectClass=*))(|(a=b", "{hsa_id}"} {
		wantOnlyThe(t, id)
	}
}

// wantOnlyThe has the library read the filter: it is the one of policy, with exactly the value.
func wantOnlyThe(t *testing.T, id string) {
	t.Helper()
	got, err := ldap.CompileFilter(parse(t, anyone).For(id))
	if err != nil {
		t.Fatalf("%q: %v", id, err)
	}
	like, err := ldap.CompileFilter(parse(t, anyone).For("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Tag != like.Tag || len(got.Children) != 2 || got.Children[1].Tag != ldap.FilterEqualityMatch {
		t.Fatalf("%q changes the filter", id)
	}
	if name, value := text(got.Children[1].Children[0]), text(got.Children[1].Children[1]); name != "hsaIdentity" || value != id {
		t.Errorf("%q asks for %q in %q", id, value, name)
	}
}

func text(p *ber.Packet) string { return p.Data.String() }

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"*", "x)(uid=*", "\x00", "ö", `\`, "SE2321000131-P000000000001"} {
		f.Add(anyone, seed)
		f.Add(seed, anyone)
	}
	f.Fuzz(func(t *testing.T, filter, id string) {
		wantOnlyThe(t, id)
		parsed, err := Parse(filter)
		if err != nil {
			return
		}
		compiled, err := ldap.CompileFilter(parsed.For(id))
		if err != nil {
			return // what is left of a filter is for the one who searches
		}
		if values := equal(compiled, parsed.compared); !slices.Contains(values, id) {
			t.Errorf("%q compares %v with %q, not %q", filter, parsed.compared, values, id)
		}
	})
}

// equal collects the values that the attributes are compared with.
func equal(p *ber.Packet, names []string) []string {
	var values []string
	if p.Tag == ldap.FilterEqualityMatch && len(p.Children) == 2 && slices.Contains(names, text(p.Children[0])) {
		values = append(values, text(p.Children[1]))
	}
	for _, child := range p.Children {
		values = append(values, equal(child, names)...)
	}
	return values
}
