package vm

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// argsFile holds the flags of the tests, a line each.
const argsFile = "/etc/vm-args"

// first makes a machine of what the kernel has started, runs the tests and turns it off. It does not return.
func first(m *testing.M, want Machine) int {
	code := 1
	if err := settle(want); err != nil {
		fmt.Println("vm:", err)
	} else {
		code = m.Run()
	}
	fmt.Printf("%s%d\n", endMark, code)
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	return code
}

// settle mounts what the kernel tells of itself, and makes the folders that everybody may use.
func settle(want Machine) error {
	for _, m := range []struct{ kind, at string }{
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"securityfs", "/sys/kernel/security"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}, {"tmpfs", "/run"},
	} {
		if err := errors.Join(os.MkdirAll(m.at, 0o755), unix.Mount(m.kind, m.at, m.kind, 0, "")); err != nil {
			return fmt.Errorf("mounting %s: %w", m.at, err)
		}
	}
	if err := os.Chmod("/tmp", 0o777|os.ModeSticky); err != nil {
		return err
	}
	args, err := os.ReadFile(argsFile)
	if err != nil {
		return err
	}
	os.Args = append(os.Args[:1], strings.Fields(string(args))...)
	fmt.Println("\n" + beginMark)
	if err := os.Setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"); err != nil || want.Ready == nil {
		return err
	}
	return want.Ready()
}
