package policy

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestProductionCannotForgetInerasTestMarks(t *testing.T) {
	const all = `"TEST *", "SYSTEMTEST *", "* PP"`
	for name, c := range map[string]struct {
		toml string
		want Fault // empty: accepted
	}{
		"the defaults":                 {`environment = "production"`, ""},
		"one more":                     {`test_marks = [` + all + `, "QA *"]`, ""},
		"in another order":             {`test_marks = ["* PP", "TEST *", "SYSTEMTEST *"]`, ""},
		"one left out":                 {`test_marks = ["TEST *", "* PP"]`, NotInProduction},
		"all replaced":                 {`test_marks = ["QA *"]`, NotInProduction},
		"none":                         {`test_marks = []`, Empty},
		"replaced in a test place":     {`environment = "test"` + "\n" + `test_marks = ["QA *"]`, ""},
		"none in a test place":         {`environment = "test"` + "\n" + `test_marks = []`, Empty},
		"a mark that marks everything": {`test_marks = [` + all + `, "*"]`, NotAllowed},
	} {
		file := filepath.Join(folder(t, "agent.toml", "[trust]\n"+c.toml+"\n"), "agent.toml")
		if c.want == "" {
			mustLoad(t, file)
		} else if e := refused(t, file); e.What != c.want || e.Key != "trust.test_marks" {
			t.Errorf("%s: %v, want %s", name, e, c.want)
		}
	}
}

func TestEveryMistakeInAnIssuersTableIsRefused(t *testing.T) {
	const good = "name = \"SITHS CA\"\nloa = 3\nidentity = \"hsa\"\ncarrier = \"reserve\"\n"
	table := func(text string) string { return "[[trust.issuer]]\n" + text }
	for name, c := range map[string]struct {
		toml, key string
		want      Fault
	}{
		"no name":         {table(strings.Replace(good, "name", "# name", 1)), "trust.issuer.name", KeyMissing},
		"no level":        {table(strings.Replace(good, "loa", "# loa", 1)), "trust.issuer.loa", KeyMissing},
		"level 5":         {table(strings.Replace(good, "3", "5", 1)), "trust.issuer.loa", NotAllowed},
		"another carrier": {table(strings.Replace(good, "reserve", "watch", 1)), "trust.issuer.carrier", NotAllowed},
		"an empty name":   {table(strings.Replace(good, "SITHS CA", "", 1)), "trust.issuer.name", Empty},
		"an OID":          {table(good + "oid = \"1.2\"\n"), "trust.issuer.oid", UnknownKey},
		"twice":           {table(good) + table(good), "trust.issuer.name", Duplicate},
		"no tables":       {"[trust]\nissuer = [1]\n", "trust.issuer", WrongType},
	} {
		file := filepath.Join(folder(t, "agent.toml", c.toml), "agent.toml")
		if e := refused(t, file); e.What != c.want || e.Key != c.key {
			t.Errorf("%s: %s, %v; want %s, %s", name, e.Key, e, c.key, c.want)
		}
	}
	l := mustLoad(t, filepath.Join(folder(t, "agent.toml", table(good)), "agent.toml"))
	shown, err := l.Explain("trust.issuer")
	if want := `[{name = "SITHS CA", loa = 3, identity = "hsa", carrier = "reserve"}]`; err != nil || shown.Value != want {
		t.Errorf("explained as %s, %v", shown.Value, err)
	}
}
