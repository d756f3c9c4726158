package host

import (
	"os"
	"strings"
	"testing"
)

func TestTheChildsSettingsKeepTheCardForItAlone(t *testing.T) {
	name, err := writeConf(Options{Dir: t.TempDir(), Others: []string{"Other 00 00", `Evil"; x = "`, ""}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
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
