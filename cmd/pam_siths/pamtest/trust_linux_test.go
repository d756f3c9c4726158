package pamtest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAHelperThatOthersCanChangeIsNotStarted(t *testing.T) {
	cases := map[string]func(t *testing.T, p *Place) error{
		"writable for everybody":             func(_ *testing.T, p *Place) error { return os.Chmod(p.Helper(), 0o757) },
		"writable for a group":               func(_ *testing.T, p *Place) error { return os.Chmod(p.Helper(), 0o775) },
		"in a folder writable for everybody": func(_ *testing.T, p *Place) error { return os.Chmod(p.Dir, 0o757) },
		"in a folder writable for a group":   func(_ *testing.T, p *Place) error { return os.Chmod(p.Dir, 0o775) },
		"in a sticky folder for everybody":   func(_ *testing.T, p *Place) error { return os.Chmod(p.Dir, 0o777|os.ModeSticky) },
		"owned by somebody else":             func(_ *testing.T, p *Place) error { return os.Chown(p.Helper(), 65534, 0) },
		"in a folder owned by somebody else": func(_ *testing.T, p *Place) error { return os.Chown(p.Dir, 65534, 0) },
		"a link to a good one":               replaceByLink,
		"a folder": func(_ *testing.T, p *Place) error {
			return replaceBy(p, func() error { return os.Mkdir(p.Helper(), 0o755) })
		},
		"a pipe": func(_ *testing.T, p *Place) error {
			return replaceBy(p, func() error { return syscall.Mkfifo(p.Helper(), 0o755) })
		},
		"a program that cannot be executed":        func(_ *testing.T, p *Place) error { return os.Chmod(p.Helper(), 0o644) },
		"a file that is no program":                func(_ *testing.T, p *Place) error { return os.WriteFile(p.Helper(), []byte("\x7fELF"), 0o755) },
		"missing, and none in the system's folder": func(_ *testing.T, p *Place) error { return os.Remove(p.Helper()) },
	}
	needRoot(t)
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			if err := spoil(t, p); err != nil {
				t.Fatal(err)
			}
			wantCode(t, p, SystemErr, "anna")
			if exists(p.Helper() + ".hello") {
				t.Error("the helper was started")
			}
		})
	}
}

func replaceBy(p *Place, replace func() error) error {
	if err := os.Remove(p.Helper()); err != nil {
		return err
	}
	return replace()
}

func replaceByLink(t *testing.T, p *Place) error {
	good := filepath.Join(t.TempDir(), "siths-pam")
	copyFile(t, good, programs.fake)
	write(t, good+".script", "hello\n"+yes+"\n")
	return replaceBy(p, func() error { return os.Symlink(good, p.Helper()) })
}

func TestAnApplicationOfAnOrdinaryUserTakesThatUsersHelper(t *testing.T) {
	needRoot(t)
	p := scripted(t, programs.plain, "hello", yes)
	for _, path := range []string{p.Dir, p.Helper()} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if got := Run(t, asNobody(t, p, 0)).Codes["auth"]; got != Success {
		t.Errorf("got PAM code %d", got)
	}
}

func TestWithoutAHelperBesideItTheModuleTakesTheSystems(t *testing.T) {
	system := t.TempDir()
	kit, err := buildKit(t.TempDir(), "elsewhere", append(Hardening(), `-DSITHS_LIBEXECDIR="`+system+`"`)...)
	if err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(system, "siths-pam"), programs.fake)
	write(t, filepath.Join(system, "siths-pam.script"), "hello\n"+yes+"\n")
	p := kit.Place(t, "")
	alone(t, p)
	wantCode(t, p, Success, "anna")
	if err := os.Chmod(system, 0o757); err != nil {
		t.Fatal(err)
	}
	wantCode(t, p, SystemErr, "anna")
}
