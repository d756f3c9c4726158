package setup

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// person has a home and a runtime folder, on this computer: modutil is the real one.
func person(t *testing.T) User {
	t.Helper()
	home := t.TempDir()
	return User{Computer: Computer{Run: "/run/siths-agent"}, UID: 1000, Home: home, Runtime: filepath.Join(home, "run")}
}

func applyUser(t *testing.T, make func() (UserPlan, error)) UserPlan {
	t.Helper()
	p, err := make()
	if err == nil {
		err = p.Apply(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func modulesOf(t *testing.T, u User) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(u.database(), modulesFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAPersonGetsTheModuleAndTheWayToTheSocket(t *testing.T) {
	u := person(t)
	applyUser(t, u.Install)
	if got := modulesOf(t, u); !strings.Contains(got, "name="+ModuleName+"\n") || !strings.Contains(got, moduleFile) {
		t.Error(got)
	}
	if target, err := os.Readlink(filepath.Join(u.Runtime, "p11-kit/pkcs11")); err != nil || target != "/run/siths-agent/p11/1000.sock" {
		t.Errorf("%q, %v", target, err)
	}
	if again := applyUser(t, u.Install); again.Command != nil || !again.Link.Same {
		t.Errorf("a second time does %v, %v", again.Command, again.Link)
	}
	applyUser(t, u.Remove)
	if got := modulesOf(t, u); strings.Contains(got, ModuleName) || exists(u.link()) {
		t.Error(got)
	}
	if again := applyUser(t, u.Remove); again.Command != nil {
		t.Errorf("a second time does %v", again.Command)
	}
}

func TestWhatAPersonHasRegisteredStays(t *testing.T) {
	u := person(t)
	if err := os.MkdirAll(u.database(), 0o700); err != nil {
		t.Fatal(err)
	}
	const theirs = "library=opensc-pkcs11.so\nname=OpenSC smartcard framework (0.23)\n\n"
	put(t, filepath.Join(u.database(), modulesFile), theirs)
	p := applyUser(t, u.Install)
	if got := modulesOf(t, u); !strings.Contains(got, "OpenSC smartcard framework (0.23)") || !strings.Contains(got, ModuleName) {
		t.Error(got)
	}
	if len(p.Notes) != 1 || p.Notes[0].Kind != PastAgent {
		t.Errorf("%v", p.Notes)
	}
	applyUser(t, u.Remove)
	if got := modulesOf(t, u); !strings.Contains(got, "OpenSC smartcard framework (0.23)") {
		t.Error(got)
	}
}

func TestADatabaseWithAPasswordNeedsNone(t *testing.T) {
	u := person(t)
	if err := os.MkdirAll(u.database(), 0o700); err != nil {
		t.Fatal(err)
	}
	password := filepath.Join(u.Home, "password")
	put(t, password, "a password\n")
	if out, err := exec.Command("certutil", "-N", "-d", "sql:"+u.database(), "-f", password).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	applyUser(t, u.Install)
	if got := modulesOf(t, u); !strings.Contains(got, ModuleName) {
		t.Error(got)
	}
}

func TestADatabaseThatCannotBeChangedIsNamedWithTheReasonAndKept(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, u User)
		want   NSSFault
	}{
		"locked": {func(t *testing.T, u User) { lockDatabase(t, filepath.Join(u.database(), "cert9.db")) }, NSSLocked},
		"damaged": {func(t *testing.T, u User) {
			put(t, filepath.Join(u.database(), "cert9.db"), strings.Repeat("no database", 1000))
		}, NSSDamaged},
		"half": {func(t *testing.T, u User) {
			if err := os.Remove(filepath.Join(u.database(), "key4.db")); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(u.database(), "key4.db"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, NSSDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := person(t)
			applyUser(t, u.Install)
			applyUser(t, u.Remove)
			before := modulesOf(t, u)
			c.damage(t, u)
			p, err := u.Install()
			if err == nil {
				err = p.Apply(context.Background())
			}
			var wrong *NSSError
			if !errors.As(err, &wrong) || wrong.Fault != c.want || (c.want == NSSLocked) != (wrong.PID > 0) {
				t.Errorf("%v", err)
			}
			if after := modulesOf(t, u); after != before {
				t.Errorf("the list became %s", after)
			}
		})
	}
}

// lockDatabase holds a database as a program does that is in the middle of a change: another process, since a process does
// not stand in its own way.
func lockDatabase(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-c", `import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()`, path)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	})
	if _, err := stdout.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
}

func TestAModutilThatLiesOrLosesOthersIsUndone(t *testing.T) {
	for name, script := range map[string]string{
		"says yes and does nothing": "exit 0",
		"loses the others":          `printf 'library=%s\nname=SITHS agent\n' "$4" > "${6#sql:}/pkcs11.txt"`,
		"fails half-way":            `echo half > "${6#sql:}/pkcs11.txt"; exit 1`,
	} {
		u := person(t)
		applyUser(t, u.Install)
		applyUser(t, u.Remove)
		before := modulesOf(t, u)
		u.Modutil = filepath.Join(u.Home, "modutil")
		put(t, u.Modutil, "#!/bin/sh\n"+script+"\n")
		if err := os.Chmod(u.Modutil, 0o755); err != nil {
			t.Fatal(err)
		}
		p, err := u.Install()
		if err == nil {
			err = p.Apply(context.Background())
		}
		var wrong *NSSError
		if !errors.As(err, &wrong) || modulesOf(t, u) != before {
			t.Errorf("%s: %v, the list is %s", name, err, modulesOf(t, u))
		}
	}
}

func TestWithoutModutilItsPackageIsNamed(t *testing.T) {
	u := person(t)
	u.Modutil = "modutil-that-is-not-there"
	p, err := u.Install()
	if err == nil {
		err = p.Apply(context.Background())
	}
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Package != "libnss3-tools" {
		t.Errorf("%v", err)
	}
}

func TestAnotherServicesSocketIsLeftAlone(t *testing.T) {
	u := person(t)
	put(t, u.link(), "")
	var occupied *OccupiedError
	if _, err := u.Install(); !errors.As(err, &occupied) {
		t.Errorf("%v", err)
	}
	applyUser(t, u.Remove)
	if !exists(u.link()) {
		t.Error("it is gone")
	}
}

func TestALinkToAnEarlierFolderIsReplaced(t *testing.T) {
	u := person(t)
	if err := os.MkdirAll(filepath.Dir(u.link()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/run/old/p11/1000.sock", u.link()); err != nil {
		t.Fatal(err)
	}
	applyUser(t, u.Install)
	if target, err := os.Readlink(u.link()); err != nil || target != u.socket() {
		t.Errorf("%q, %v", target, err)
	}
}

func FuzzModules(f *testing.F) {
	f.Add([]byte("library=a\nname=b\n\nlibrary=\nname=NSS Internal PKCS #11 Module\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all := parseModules(data)
		if gone := lost(all, all); len(gone) != 0 {
			t.Errorf("%v is lost from itself", gone)
		}
	})
}
