package stack

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// MissingError tells which program a lab lacks and what to do about it.
type MissingError struct {
	// Program is its name.
	Program string
	// Remedy is the command that brings it.
	Remedy string
}

// Error says both.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is missing: run `%s`", e.Program, e.Remedy)
}

// debianPackage names the Debian 12 package of a program that labs use.
func debianPackage(program string) string {
	switch program {
	case "unshare", "nsenter", "setpriv":
		return "util-linux"
	case "ip":
		return "iproute2"
	case "Xvfb":
		return "xvfb"
	case "dbus-daemon":
		return "dbus-daemon"
	default:
		return program
	}
}

// tool finds a program of the system, whatever the caller's PATH leaves out.
func tool(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return filepath.Abs(path)
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/bin", "/bin"} {
		if path := filepath.Join(dir, name); isProgram(path) {
			return path, nil
		}
	}
	return "", &MissingError{Program: name, Remedy: "apt-get install " + debianPackage(name)}
}

// requireTools fails with the first of the programs that is missing.
func requireTools(names ...string) error {
	for _, name := range names {
		if _, err := tool(name); err != nil {
			return err
		}
	}
	return nil
}

// Bin is the folder of this project's programs.
func (l *Lab) Bin() string { return l.bin }

// Program finds one of this project's programs, such as "siths-agentd", or its PAM module "pam_siths.so".
func (l *Lab) Program(name string) (string, error) {
	path := filepath.Join(l.bin, name)
	if _, err := os.Stat(path); err != nil {
		return "", &MissingError{Program: path, Remedy: "make build"}
	}
	return path, nil
}

// binFolder is where this project's programs are: the option, else $SITHS_BIN, else bin/ of the source tree.
func binFolder(option string) (string, error) {
	if option != "" {
		return filepath.Abs(option)
	}
	if dir := os.Getenv("SITHS_BIN"); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := sourceRoot()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "bin"), nil
}

// sourceRoot walks up from the working folder to the one with go.mod.
func sourceRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working folder: set SITHS_BIN to the folder of the programs")
		}
		dir = parent
	}
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// WriteProgram writes a file that is going to be run. No process is forked meanwhile: it would hold the file open for
// writing until its own exec, and running it would fail with "text file busy".
func WriteProgram(path string, content []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, content, 0o755)
}
