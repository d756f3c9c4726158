package unlock

import (
	"errors"
	"os"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"

	"github.com/godbus/dbus/v5"
)

// fakeLogin owns logind's name on a bus and answers what a test wants.
type fakeLogin struct {
	conn    *dbus.Conn
	bus     *stack.Bus
	desktop *Desktop
}

// newFakeLogin serves the methods of the manager and of one session object, and connects a Desktop to it.
func newFakeLogin(t *testing.T, manager, properties map[string]any) fakeLogin {
	t.Helper()
	bus := stacktest.New(t, stack.Options{}).Bus()
	conn, err := bus.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.ExportMethodTable(manager, loginPath, managerFace); err != nil {
		t.Fatal(err)
	}
	if err := conn.ExportMethodTable(properties, sessionPrefix+"c1", propertyFace); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(loginName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	d := follow(t, bus.Address())
	await(t, "the fake to be found", func() bool { return d.link.Load() != nil })
	return fakeLogin{conn: conn, bus: bus, desktop: d}
}

func TestAWrongTypeFromTheBusIsAnError(t *testing.T) {
	t.Parallel()
	row := func(id any) []any { return []any{id} }
	for name, c := range map[string]struct{ manager, properties map[string]any }{
		"a number for a path": {manager: map[string]any{
			"GetSessionByPID": func(uint32) (uint32, *dbus.Error) { return 7, nil }}},
		"a path that is no session": {manager: map[string]any{
			"GetSessionByPID": func(uint32) (dbus.ObjectPath, *dbus.Error) { return "/elsewhere", nil }}},
		"two values for one": {manager: map[string]any{
			"GetSessionByPID": func(uint32) (dbus.ObjectPath, string, *dbus.Error) { return "/elsewhere", "", nil }}},
		"a list for properties": {manager: foundC1(), properties: map[string]any{
			"GetAll": func(string) ([]string, *dbus.Error) { return []string{"Id"}, nil }}},
		"no properties": {manager: foundC1(), properties: properties(nil)},
		"a string for a user": {manager: foundC1(), properties: properties(map[string]dbus.Variant{
			"Id": dbus.MakeVariant("c1"), "Name": dbus.MakeVariant("anna"), "User": dbus.MakeVariant("anna")})},
		"a user of one field": {manager: foundC1(), properties: properties(map[string]dbus.Variant{
			"Id": dbus.MakeVariant("c1"), "Name": dbus.MakeVariant("anna"), "User": dbus.MakeVariant(row(uint32(1)))})},
		"a string for a list of sessions": {manager: map[string]any{
			"GetSessionByPID": noSession, "ListSessions": func() (string, *dbus.Error) { return "c1", nil }}},
		"a session of one field": {manager: map[string]any{
			"GetSessionByPID": noSession, "ListSessions": func() ([]struct{ ID string }, *dbus.Error) { return []struct{ ID string }{{"c1"}}, nil }}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeLogin(t, c.manager, c.properties)
			if s, err := f.desktop.SessionOf(t.Context(), 7, 61001); !errors.Is(err, ErrMalformed) {
				t.Errorf("SessionOf: %+v, %v", s, err)
			}
		})
	}
}

// foundC1 finds every process in session c1.
func foundC1() map[string]any {
	return map[string]any{"GetSessionByPID": func(uint32) (dbus.ObjectPath, *dbus.Error) { return sessionPrefix + "c1", nil }}
}

// properties answers GetAll.
func properties(all map[string]dbus.Variant) map[string]any {
	return map[string]any{"GetAll": func(string) (map[string]dbus.Variant, *dbus.Error) { return all, nil }}
}

func noSession(uint32) (dbus.ObjectPath, *dbus.Error) {
	return "", &dbus.Error{Name: loginName + ".NoSessionForPID"}
}

func TestASessionThatEndsWhileWeAskIsNoError(t *testing.T) {
	t.Parallel()
	manager := foundC1()
	manager["ListSessions"] = func() ([][]any, *dbus.Error) { return nil, &dbus.Error{Name: loginName + ".NoSuchUser"} }
	f := newFakeLogin(t, manager, map[string]any{"GetAll": func(string) (map[string]dbus.Variant, *dbus.Error) {
		return nil, &dbus.Error{Name: busName + ".Error.UnknownObject"}
	}})
	if s, err := f.desktop.SessionOf(t.Context(), 7, 61001); err != nil || s != ofUID(61001) {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestASessionThatCannotBeLockedIsNoSession(t *testing.T) {
	t.Parallel()
	f := newFakeLogin(t, map[string]any{"LockSession": func(string) *dbus.Error {
		return &dbus.Error{Name: busName + ".Error.NotSupported", Body: []any{"no lock screen"}}
	}}, nil)
	if err := f.desktop.Lock(t.Context(), "c1"); !errors.Is(err, ErrNoSession) {
		t.Errorf("got %v", err)
	}
}

func TestARefusalOfLogindIsPassedOn(t *testing.T) {
	t.Parallel()
	f := newFakeLogin(t, map[string]any{"LockSession": func(string) *dbus.Error {
		return &dbus.Error{Name: busName + ".Error.AccessDenied", Body: []any{"not you"}}
	}}, nil)
	err := f.desktop.Lock(t.Context(), "c1")
	if err == nil || errors.Is(err, ErrNoSession) || errors.Is(err, ErrAway) {
		t.Errorf("got %v", err)
	}
}

func TestAMalformedSignalIsNotFollowed(t *testing.T) {
	t.Parallel()
	f := newFakeLogin(t, nil, nil)
	emit := func(path dbus.ObjectPath, name string, values ...any) {
		t.Helper()
		if err := f.conn.Emit(path, name, values...); err != nil {
			t.Fatal(err)
		}
	}
	emit(loginPath, managerFace+".PrepareForSleep", "yes")
	emit(loginPath, managerFace+".PrepareForSleep")
	emit(loginPath, managerFace+".SessionRemoved", uint32(1), "c1")
	emit(loginPath, managerFace+".SessionRemoved", "c1")
	emit(loginPath, managerFace+".SessionNew", "c1")
	emit(sessionPrefix+"_", sessionFace+".Lock")
	emit(sessionPrefix+"c1", propertyFace+".PropertiesChanged", sessionFace, "LockedHint", true)
	emit(sessionPrefix+"c1", propertyFace+".PropertiesChanged", sessionFace,
		map[string]dbus.Variant{"LockedHint": dbus.MakeVariant("true")}, []string{})
	emit(sessionPrefix+"c1", sessionFace+".Lock")
	expect(t, f.desktop, Locked, "c1") // and nothing before it
}

func TestTheDelayIsGivenBackWhenDoneIsCalledOrWeClose(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(f fakeLogin){
		"Done": func(f fakeLogin) { next(t, f.desktop).Done() },
		"Close before the event was read": func(f fakeLogin) {
			f.desktop.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			f := newFakeLogin(t, map[string]any{"Inhibit": func(what, _, _, mode string) (dbus.UnixFD, *dbus.Error) {
				if what != "sleep" || mode != "delay" {
					return 0, &dbus.Error{Name: busName + ".Error.InvalidArgs"}
				}
				return dbus.UnixFD(write.Fd()), nil
			}}, nil)
			if err := f.conn.Emit(loginPath, managerFace+".PrepareForSleep", true); err != nil {
				t.Fatal(err)
			}
			end(f)
			if err := write.Close(); err != nil {
				t.Fatal(err)
			}
			// The pipe ends only when the Desktop has closed its copy of the other end.
			if n, err := read.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Errorf("read %d, %v", n, err)
			}
		})
	}
}

func TestAnInhibitorOfAWrongTypeDoesNotStopUs(t *testing.T) {
	t.Parallel()
	f := newFakeLogin(t, map[string]any{"Inhibit": func(string, string, string, string) (string, *dbus.Error) { return "3", nil }}, nil)
	if err := f.conn.Emit(loginPath, managerFace+".PrepareForSleep", true); err != nil {
		t.Fatal(err)
	}
	e := next(t, f.desktop)
	if e.Kind != Sleep || e.Done == nil {
		t.Fatalf("got %+v", e)
	}
	e.Done()
}
