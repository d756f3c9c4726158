package deskfile

import (
	"net"
	"path/filepath"
	"testing"
)

func TestTheBusIsTheNamedOneElseTheOneInTheRuntimeFolder(t *testing.T) {
	folder := t.TempDir()
	env := map[string]string{"XDG_RUNTIME_DIR": folder}
	is := func(want string) {
		t.Helper()
		if got := Bus(func(name string) string { return env[name] }); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	is("")
	l, err := net.Listen("unix", filepath.Join(folder, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	is("unix:path=" + folder + "/bus")
	env[BusVariable] = "autolaunch:"
	is("unix:path=" + folder + "/bus")
	env[BusVariable] = "unix:abstract=x"
	is("unix:abstract=x")
}
