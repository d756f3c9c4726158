package labels

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"siths-agent/internal/vm"
)

// The programs in the machine. The first is the one that a rule names, under a profile of its own.
const (
	good  = "/opt/good"
	evil  = "/opt/evil"  // no profile
	soft  = "/opt/soft"  // a profile that only complains
	free  = "/opt/free"  // a profile that keeps it from nothing
	lax   = "/opt/lax"   // a profile that lets it load any library
	tight = "/opt/tight" // a profile that lets it load the system's
)

// who runs them.
const who = 1000

// profiles of AppArmor (apparmor.d(5)).
const profiles = `
profile good /opt/good {
  file,
  unix,
  network,
  ^hat {
    file,
    unix,
    network,
  }
}
profile other {
  file,
  unix,
  network,
}
profile soft /opt/soft flags=(complain) {
}
profile free /opt/free flags=(unconfined) {
}
profile lax /opt/lax {
  file,
  unix,
  network,
}
profile tight /opt/tight {
  unix,
  network,
  /** r,
  /run/door rw,
  /opt/tight mr,
  /{usr/,}lib{,64}/** mr,
}
`

const profileFile = "/etc/profiles"

// preloaded connects when it is loaded into a program.
const preloaded = `
#include <sys/socket.h>
#include <sys/un.h>
__attribute__((constructor)) static void attack(void) {
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "` + door + `"};
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to);
}`

// library is where it lies in the machine.
const library = "/home/attack.so"

// TestMain runs the tests in a machine with AppArmor.
func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	want := vm.Machine{Boot: "apparmor=1 security=apparmor", Ready: ready, Texts: map[string]string{profileFile: profiles}}
	if !vm.Inside() {
		work, err := os.MkdirTemp("", "labels")
		if err != nil {
			return 0, err
		}
		defer func() { _ = os.RemoveAll(work) }()
		if want.Copies, err = copies(work); err != nil {
			return 0, err
		}
	}
	return vm.Main(m, want), nil
}

// copies says which programs are in the machine, and makes those that are not on this computer.
func copies(work string) (map[string]string, error) {
	source, attack := filepath.Join(work, "attack.c"), filepath.Join(work, "attack.so")
	if err := os.WriteFile(source, []byte(preloaded), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", attack, source).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compiling %s: %w: %s", source, err, out)
	}
	stepper := filepath.Join(work, "stepper")
	build := exec.Command("go", "build", "-o", stepper, "siths-agent/internal/stack/labels/stepper")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // small: it is started often on a slow machine
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the stepper: %w: %s", err, out)
	}
	all := map[string]string{library: attack, parser: parser, lax: "/usr/bin/cat", tight: "/usr/bin/cat"}
	for _, path := range []string{good, evil, soft, free} {
		all[path] = stepper
	}
	return all, nil
}

// parser loads profiles (apparmor_parser(8)).
const parser = "/usr/sbin/apparmor_parser"

func ready() error {
	out, err := exec.Command(parser, "--skip-cache", "--add", profileFile).CombinedOutput()
	if err != nil {
		return fmt.Errorf("loading profiles: %w: %s", err, out)
	}
	return errors.Join(set(ownLabels, "1"), set(traceScope, "2"))
}

// What root sets for the whole machine.
const (
	ownLabels  = "/proc/sys/kernel/apparmor_restrict_unprivileged_unconfined"
	traceScope = "/proc/sys/kernel/yama/ptrace_scope"
)

func set(file, value string) error { return os.WriteFile(file, []byte(value), 0) }

// setFor sets something for one test.
func setFor(t *testing.T, file, value string) {
	t.Helper()
	before, err := os.ReadFile(file)
	if err == nil {
		err = set(file, value)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set(file, string(before)) })
}
