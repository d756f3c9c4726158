package vcard

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestTheControlSocketBelongsToItsUserAlone(t *testing.T) {
	dir := t.TempDir()
	listener, err := ListenControl(filepath.Join(dir, "control"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(filepath.Join(dir, "control"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket's mode is %v", info.Mode())
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
}

func TestASocketLeftBehindIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	listener, err := ListenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestASocketInUseIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	first, err := ListenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := ListenControl(path); !errors.Is(err, ErrControlInUse) {
		t.Errorf("got %v", err)
	}
	if conn, err := net.Dial("unix", path); err != nil {
		t.Errorf("the first listener is gone: %v", err)
	} else {
		_ = conn.Close()
	}
}

func TestWhateverElseLiesThereIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	write(t, path, []byte("precious"))
	if _, err := ListenControl(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

func TestAMissingFolderIsAnError(t *testing.T) {
	if _, err := ListenControl(filepath.Join(t.TempDir(), "missing", "control")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
