package host

import (
	"io"
	"strings"
	"testing"
)

func TestTheChildsSettingsKeepTheCardForItAlone(t *testing.T) {
	f, err := settingsFile(settings([]string{"Other 00 00", `Evil"; x = "`, ""}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"connect_exclusive = true;", "lock_login = true;", "disconnect_action = reset;",
		"use_pin_caching = false;", `ignored_readers = "Other 00 00";`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("missing %q in\n%s", want, b)
		}
	}
	if strings.Contains(string(b), "Evil") {
		t.Error("a reader's name got into the settings unquoted")
	}
}

func TestNobodyCanChangeTheSettingsAfterwards(t *testing.T) {
	f, err := settingsFile("app default {}")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("the settings were overwritten")
	}
	if err := f.Truncate(0); err == nil {
		t.Error("the settings were emptied")
	}
}

// FuzzReaderNames feeds names of readers, which come from drivers, to the child's settings: none may end its quotes.
func FuzzReaderNames(f *testing.F) {
	for _, name := range []string{"", "Virtual PCD 00 00", `a"; x = "`, "back\\slash", "two\nlines", "\x00", "Läsare", "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		const good = `ignored_readers = "Good 00 00"`
		got := ignored([]string{"Good 00 00", name})
		if got != good+";" && got != good+`, "`+name+`";` || strings.Count(got, `"`) > 4 || strings.ContainsAny(got, "\n\r\\\x00") {
			t.Errorf("%q became %q", name, got)
		}
	})
}
