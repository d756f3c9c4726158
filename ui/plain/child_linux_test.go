package plain

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/trusted"
)

func TestAPinentryThatOthersCouldHavePutThereIsNotStarted(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "pinentry-gtk-2")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := find([]string{filepath.Join(dir, "none")}); !errors.Is(err, errNoPinentry) {
		t.Errorf("where there is none: %v", err)
	}
	if err := os.Chmod(program, 0o777); err != nil {
		t.Fatal(err)
	}
	var flaw *trusted.Flaw
	if got, err := find([]string{program}); !errors.As(err, &flaw) {
		t.Errorf("%q, %v", got, err)
	}
	for _, path := range programs() {
		if filepath.Dir(path) != "/usr/bin" {
			t.Errorf("%s is looked for elsewhere", path)
		}
	}
}

func TestAPinentryHasNothingOfOurEnvironmentThatLoadsCode(t *testing.T) {
	env := environment(func(name string) string { return "of-" + name })
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		if name != "PATH" && (value != "of-"+name || !slices.Contains(passed(), name)) {
			t.Errorf("%s is passed on", v)
		}
	}
	for _, never := range []string{"LD_PRELOAD", "LD_LIBRARY_PATH", "GTK_PATH", "GTK_MODULES", "GTK2_RC_FILES", "QT_PLUGIN_PATH", "GIO_MODULE_DIR", "PINENTRY_USER_DATA"} {
		if slices.Contains(passed(), never) {
			t.Errorf("%s is passed on", never)
		}
	}
	if got := environment(func(string) string { return "" }); !slices.Contains(got, "GTK_MODULES=gail:atk-bridge") {
		t.Errorf("no screen reader hears of %q", got)
	}
}

func TestAPinentryIsGoneWhenItHasBeenEnded(t *testing.T) {
	p, err := startProgram("/bin/cat", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.in.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	ended := make(chan error, 1)
	go func() {
		buffer := make([]byte, 1)
		_, _ = p.out.Read(buffer)
		_, err := p.out.Read(buffer)
		ended <- err
	}()
	p.end()
	p.end()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it still answers")
		}
	case <-time.After(patience):
		t.Error("who waits for its answer waits for ever")
	}
	if p.noKeyboard() {
		t.Error("it has said nothing of the keyboard")
	}
	if _, err := startProgram("/nowhere/pinentry", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
}
