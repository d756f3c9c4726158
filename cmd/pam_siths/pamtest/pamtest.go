// Package pamtest builds the PAM module and drives it under the system's own libpam, for tests.
package pamtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	lab "siths-agent/internal/stack"
)

// Hardening are the flags that the module is shipped with, beside Base.
func Hardening() []string {
	return []string{
		"-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-fstack-protector-strong", "-fstack-clash-protection",
		"-Wl,-z,relro,-z,now,-z,noexecstack,-z,defs",
	}
}

// Sanitizers are the flags for a module that stops at the first wrong use of memory or undefined step. An application
// that loads it has to be built with them too.
func Sanitizers() []string {
	return []string{"-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"}
}

// Base are the flags that every build of the module has.
func Base() []string {
	return []string{
		"-std=c11", "-D_GNU_SOURCE", "-g", "-fPIC", "-shared", "-fvisibility=hidden",
		"-Wall", "-Wextra", "-Werror", "-Wformat=2", "-Wshadow", "-Wconversion", "-Wstrict-prototypes",
	}
}

// Kit is the module and an application that tests can script (see testdata/driver.c), in one folder.
type Kit struct{ dir string }

// Build compiles the module and the driver with flags into dir.
func Build(dir string, flags ...string) (*Kit, error) {
	src, err := sources()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(src, "*.c"))
	if err != nil {
		return nil, err
	}
	k := &Kit{dir: dir}
	if err := gcc(k.module(), files, Base(), flags); err != nil {
		return nil, err
	}
	driver := []string{filepath.Join(src, "pamtest", "testdata", "driver.c")}
	return k, gcc(k.driver(), driver, []string{"-std=c11", "-D_GNU_SOURCE", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"}, flags)
}

func (k *Kit) module() string { return filepath.Join(k.dir, "pam_siths.so") }
func (k *Kit) driver() string { return filepath.Join(k.dir, "driver") }

func gcc(out string, files []string, flags ...[]string) error {
	args := []string{"-o", out}
	for _, f := range flags {
		args = append(args, f...)
	}
	for _, f := range files { // what gcc reads, go test's cache does not see
		if _, err := os.Stat(f); err != nil {
			return err
		}
	}
	if b, err := exec.Command("gcc", append(append(args, files...), "-lpam")...).CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", filepath.Base(out), err, b)
	}
	return nil
}

// sources finds the module's folder from any package of this Go module.
func sources() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "cmd", "pam_siths"), nil
		}
	}
	return "", errors.New("not in a source tree")
}

// Place is one installed module with its helper beside it, and a folder of PAM services.
type Place struct {
	Dir string
	kit *Kit
}

// Place installs the module into a folder of the test's own, with the program at helper as its siths-pam ("" for none).
func (k *Kit) Place(t testing.TB, helper string) *Place {
	t.Helper()
	p := &Place{Dir: t.TempDir(), kit: k}
	copyFile(t, p.Module(), k.module())
	if helper != "" {
		copyFile(t, p.Helper(), helper)
	}
	if err := os.Mkdir(p.services(), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

// Module is the module's path, for a line of a service.
func (p *Place) Module() string { return filepath.Join(p.Dir, "pam_siths.so") }

// Helper is the path that the module starts.
func (p *Place) Helper() string { return filepath.Join(p.Dir, "siths-pam") }

func (p *Place) services() string { return filepath.Join(p.Dir, "pam.d") }

// Service writes the PAM service name. In its lines MODULE stands for the module's path and SERVICES for the folder of the services.
func (p *Place) Service(t testing.TB, name string, lines ...string) {
	t.Helper()
	text := strings.NewReplacer("MODULE", p.Module(), "SERVICES", p.services()).Replace(strings.Join(lines, "\n") + "\n")
	if err := os.WriteFile(filepath.Join(p.services(), name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Library compiles one file of testdata, a module or what is loaded before others, into the place and returns its path.
func (p *Place) Library(t testing.TB, name string) string {
	t.Helper()
	src, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(p.Dir, name+".so")
	if err := gcc(path, []string{filepath.Join(src, "pamtest", "testdata", name+".c")}, Base(), []string{"-O1"}); err != nil {
		t.Fatal(err)
	}
	return path
}

// Driver is the scripted application, run against the services of this place with the words of testdata/driver.c.
func (p *Place) Driver(service, user string, words ...string) *exec.Cmd {
	return exec.Command(p.kit.driver(), append([]string{p.services(), service, user}, words...)...)
}

// InNamespace is any program, run where /etc/pam.d holds the services of this place and nothing else. It needs root.
func (p *Place) InNamespace(name string, args ...string) *exec.Cmd {
	script := `mount --bind "$1" /etc/pam.d && shift && exec "$@"`
	return exec.Command("unshare", append([]string{"-m", "--propagation", "private", "sh", "-c", script, "sh", p.services(), name}, args...)...)
}

func copyFile(t testing.TB, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = lab.WriteProgram(to, b)
	}
	if err != nil {
		t.Fatal(err)
	}
}
