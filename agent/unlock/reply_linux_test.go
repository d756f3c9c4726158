package unlock

import (
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestASessionsPathIsItsEscapedID(t *testing.T) {
	for path, want := range map[dbus.ObjectPath]string{
		sessionPrefix + "c1": "c1", sessionPrefix + "_31": "1", sessionPrefix + "_3112": "112", sessionPrefix + "a_2d_5fb": "a-_b",
	} {
		if got, ok := sessionID(path); !ok || got != want {
			t.Errorf("%s is %q, %v, want %q", path, got, ok, want)
		}
	}
	for _, path := range []dbus.ObjectPath{"", "/", sessionPrefix, sessionPrefix + "_", sessionPrefix + "_3", sessionPrefix + "_3G",
		sessionPrefix + "_3A", "/org/freedesktop/login1/seat/c1"} {
		if got, ok := sessionID(path); ok {
			t.Errorf("%q became %q", path, got)
		}
	}
}

func TestTheEnvironmentNamesTheBusUnlessWeHaveMoreRightsThanTheCaller(t *testing.T) {
	env := func(string) string { return "unix:path=/tmp/evil" }
	if got := systemBus(env, false); got != "unix:path=/tmp/evil" {
		t.Errorf("as the caller: %s", got)
	}
	if got := systemBus(env, true); got != defaultBus {
		t.Errorf("with more rights: %s", got)
	}
	if got := systemBus(func(string) string { return "" }, false); got != defaultBus {
		t.Errorf("without the variable: %s", got)
	}
	if setuid() {
		t.Error("a test runs with its caller's rights")
	}
}

func FuzzSessionID(f *testing.F) {
	for _, seed := range []string{sessionPrefix + "c1", sessionPrefix + "_31", sessionPrefix + "_", "/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		id, ok := sessionID(dbus.ObjectPath(path))
		if ok && (id == "" || len(id) > len(path)-len(sessionPrefix)) {
			t.Errorf("%q became %q", path, id)
		}
	})
}

// FuzzReplies feeds values of every shape to all readers of answers and signals: none may panic, and what they accept
// has an ID.
func FuzzReplies(f *testing.F) {
	f.Add("c1", uint32(1), uint8(0), true)
	f.Add("", uint32(0), uint8(255), false)
	f.Fuzz(func(t *testing.T, s string, n uint32, shape uint8, b bool) {
		values := []any{s, n, b, dbus.ObjectPath(s), []any{n, s}, [][]any{{s, n, s, s, s}}, nil,
			map[string]dbus.Variant{"Id": dbus.MakeVariant(s), "Name": dbus.MakeVariant(s), "User": dbus.MakeVariant(n), "LockedHint": dbus.MakeVariant(b)}}
		body := []any{values[shape%8], values[shape/8%8], values[shape/64]}[:shape%4]
		if got, err := sessionReply(body); err == nil && got.ID == "" {
			t.Errorf("%v became a session without an ID", body)
		}
		if all, err := sessionsReply(body); err == nil && len(all) > 0 && all[0].ID == "" {
			t.Errorf("%v became a session without an ID", body)
		}
		if path, err := pathReply(body); err == nil && path == "" {
			t.Errorf("%v became an empty path", body)
		}
		for _, name := range []string{sessionFace + ".Lock", propertyFace + ".PropertiesChanged", managerFace + ".SessionRemoved",
			managerFace + ".PrepareForSleep", busName + ".NameOwnerChanged"} {
			e := parseSignal(&dbus.Signal{Path: sessionPrefix + "c1", Name: name, Body: body})
			if event, ok := e.(Event); ok && event.Session == "" {
				t.Errorf("%s %v became an event of no session", name, body)
			}
		}
	})
}
