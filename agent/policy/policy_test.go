package policy

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/stall"
)

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
		out  string
	}{
		{"5s", 5 * time.Second, "5s"},
		{"100ms", 100 * time.Millisecond, "100ms"},
		{"10m", 10 * time.Minute, "10m"},
		{"24h", 24 * time.Hour, "24h"},
		{"1d", 24 * time.Hour, "24h"},
		{"2d", 48 * time.Hour, "2d"},
		{"1d12h", 36 * time.Hour, "36h"},
		{"1h0m5s", time.Hour + 5*time.Second, "1h0m5s"},
		{"1826d", 1826 * 24 * time.Hour, "1826d"},
		{"36500d", 36500 * 24 * time.Hour, "36500d"},
		{"0s", 0, "0s"},
	} {
		d, err := ParseDuration(c.in)
		if err != nil || d != c.want || FormatDuration(d) != c.out {
			t.Errorf("%q = %v, %v, written %q", c.in, d, err, FormatDuration(d))
		}
	}
	for _, in := range []string{"", "d", "5", "-1d", "+1d", "1.5d", "1d2d", "1d-1h", "1d+1h", "1d24h", "36501d", "1 d", "d5s", "5S"} {
		if d, err := ParseDuration(in); err == nil {
			t.Errorf("%q was read as %v", in, d)
		}
	}
}

func TestFormattedDurationsReadBackTheSame(t *testing.T) {
	for _, unit := range []time.Duration{time.Millisecond, time.Second, 37 * time.Second, time.Minute, time.Hour, 25 * time.Hour, day} {
		for n := range time.Duration(200) {
			if got, err := ParseDuration(FormatDuration(n * unit)); err != nil || got != n*unit {
				t.Fatalf("%v was written %q and read %v, %v", n*unit, FormatDuration(n*unit), got, err)
			}
		}
	}
}

func TestTheTableOfKeysIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Keys() {
		if seen[k.Name] {
			t.Errorf("%s stands twice", k.Name)
		}
		seen[k.Name] = true
		checkKey(t, k)
		if wrong := k.assign(new(Policy), k.defaultValue("/etc/siths-agent")); len(wrong) > 0 {
			t.Errorf("the default of %s is refused: %v", k.Name, wrong)
		}
		for _, sub := range k.Sub {
			checkKey(t, sub)
		}
	}
}

func checkKey(t *testing.T, k Key) {
	t.Helper()
	allowed := k.Allowed()
	if k.Doc.SV == "" || k.Doc.EN == "" || allowed.SV == "" || allowed.EN == "" || k.Since == "" {
		t.Errorf("%s lacks a text", k.Name)
	}
	for _, b := range []string{k.Min, k.Max} {
		if _, err := ParseDuration(b); k.Type == TypeDuration && err != nil {
			t.Errorf("%s has the bound %q", k.Name, b)
		}
		if k.Type == TypeInt && atoi(b) == 0 {
			t.Errorf("%s has the bound %q", k.Name, b)
		}
	}
}

func TestEveryFieldOfThePolicyHasAKey(t *testing.T) {
	var p Policy
	for _, k := range Keys() {
		reflect.ValueOf(k.field(&p)).Elem().Set(nonZero(reflect.TypeOf(k.field(&p)).Elem()))
	}
	walkFields(t, reflect.ValueOf(p), "Policy")
}

func nonZero(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	switch typ.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(typ, 1, 1))
	default:
		v.SetInt(1)
	}
	return v
}

func walkFields(t *testing.T, v reflect.Value, name string) {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			walkFields(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
		return
	}
	if v.IsZero() {
		t.Errorf("no key fills %s", name)
	}
}

func TestReaderPatterns(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		reader   string
		want     bool
	}{
		{nil, "anything", true},
		{[]string{"Virtual PCD *"}, "Virtual PCD 00 00", true},
		{[]string{"OMNIKEY*", "Virtual PCD 0? *"}, "Virtual PCD 00 01", true},
		{[]string{"OMNIKEY*"}, "Virtual PCD 00 00", false},
		{[]string{"virtual pcd*"}, "Virtual PCD 00 00", false},
	} {
		if got := (Card{Readers: c.patterns}).Allows(c.reader); got != c.want {
			t.Errorf("%q allows %q: %v", c.patterns, c.reader, got)
		}
	}
}

func TestEveryFaultSaysWhatToDoInBothLanguages(t *testing.T) {
	seen := map[Text]Fault{}
	for _, f := range Faults() {
		text := f.Text("THING")
		for _, s := range []string{text.SV, text.EN} {
			if !strings.ContainsAny(s, ";,") || strings.Contains(s, "{") {
				t.Errorf("%s: %q", f, s)
			}
		}
		if other, twice := seen[text]; twice {
			t.Errorf("%s and %s say the same", f, other)
		}
		seen[text] = f
	}
}

func TestPartsCarrySwedish(t *testing.T) {
	_, err := assemble("/etc/siths-agent", []source{{"agent.toml", []byte("[trust]\nminimum_loa = 7\n")}}, nil, nil)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	p := e.Parts()
	if p.Where != "agent.toml:2" || p.Key != "trust.minimum_loa" || p.What.SV != "7 är inte tillåtet; välj ett tillåtet värde" || p.Allowed.SV != "heltal, 2 till 4" {
		t.Errorf("parts = %+v", p)
	}
}

func TestExplainHintsAtTheKeyThatWasMeant(t *testing.T) {
	l, err := assemble("/etc/siths-agent", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"session.idle_lok": "session.idle_lock", "idle_lock": "session.idle_lock", "nothing.like.it": ""} {
		_, err := l.Explain(in)
		var e *Error
		if !errors.As(err, &e) || e.What != UnknownKey || e.Hint != want {
			t.Errorf("explain %q: %v", in, err)
		}
	}
	if e, err := l.Explain("trust.anchors"); err != nil || e.Value != `["/etc/siths-agent/trust"]` || e.From != (Origin{}) {
		t.Errorf("explain trust.anchors = %+v, %v", e, err)
	}
}

func TestMessagesHoldNothingATerminalActsOn(t *testing.T) {
	for _, body := range []string{
		"\"\\u001b[2J\" = 1", "[\"a\\u0007\"]\n", "[card]\n\"\\u001b\" = 1\n\"\\u001b\" = 2\n",
		"[card]\nmodules = [\"\\u009b1m\"]", "[session]\nshared_account = \"\\u202e\"",
	} {
		_, err := assemble("/etc", []source{{"f", []byte(body)}}, nil, nil)
		if err == nil || !printable(strings.ReplaceAll(err.Error(), "\n", "")) {
			t.Errorf("%q: %q", body, err)
		}
	}
}

func TestAFileOfBracketsIsRefusedAtOnce(t *testing.T) {
	for _, body := range []string{"a = " + strings.Repeat("[", MaxFileSize-4), strings.Repeat("a={", MaxFileSize/3)} {
		clock := stall.Begin()
		_, err := assemble("/etc", []source{{"f", []byte(body)}}, nil, nil)
		var e *Error
		if !errors.As(err, &e) || e.What != TooDeep || clock.Took() > time.Second {
			t.Errorf("%v after %v", err, clock.Took())
		}
	}
}

// FuzzLoad feeds bytes as the policy file and as the accounts. What is accepted must keep the promises that
// the rest of the service builds on, and must read back the same when written out.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("../../testdata/policy/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("[trust]\nenvironment=\"test\"\npolicy=[{oid=\"1.2\",loa=3,identity=\"hsa\",carrier=\"card\"}]\n[revocation]\nmode='off'"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := assemble("/etc/siths-agent", nil, []source{{"accounts.toml", data}}, nil); err == nil {
			for id, account := range l.Accounts {
				if !isHSAID(id) || !isAccount(account) {
					t.Errorf("accepted %q = %q", id, account)
				}
			}
		}
		l, err := assemble("/etc/siths-agent", []source{{"agent.toml", data}}, nil, nil)
		if err != nil {
			checkErrors(t, err)
			return
		}
		checkPromises(t, l)
	})
}

func checkErrors(t *testing.T, err error) {
	var all Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("err = %v", err)
	}
	for _, e := range all {
		if e.Line < 1 || !printable(e.Error()) {
			t.Errorf("line %d: %q", e.Line, e.Error())
		}
	}
}

func checkPromises(t *testing.T, l *Loaded) {
	p := l.Policy
	if p.Trust.Environment != Test && p.Revocation.Mode == Off || len(p.Card.Modules) == 0 || p.Card.OperationTimeout <= 0 {
		t.Errorf("accepted %+v", p)
	}
	var b strings.Builder
	for _, e := range l.Show() {
		b.WriteString(e.Key.Name + " = " + e.Value + "\n")
	}
	again, err := assemble("/etc/siths-agent", []source{{"again.toml", []byte(b.String())}}, nil, nil)
	if err != nil || !reflect.DeepEqual(again.Policy, p) {
		t.Errorf("written out:\n%s\nread back: %v", b.String(), err)
	}
}
