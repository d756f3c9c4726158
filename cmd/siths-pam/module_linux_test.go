package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// pair is a socket as the module makes it.
func pair(t *testing.T, kind int) (*os.File, *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := os.NewFile(uintptr(fds[0]), "a"), os.NewFile(uintptr(fds[1]), "b")
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

func TestTheModulesHangupIsNoticed(t *testing.T) {
	mine, module := pair(t, unix.SOCK_STREAM)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go watchHangup(mine, cancel)
	if err := module.Close(); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
}

// program builds the command as it is shipped.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "siths-pam")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

func TestTheProgramRefusesToRunWithoutTheModule(t *testing.T) {
	path := program(t)
	_, packets := pair(t, unix.SOCK_DGRAM)
	devNull, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = devNull.Close() })
	for name, third := range map[string][]*os.File{
		"with nothing":         nil,
		"with a file":          {devNull},
		"with a packet socket": {packets},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(path)
			cmd.ExtraFiles = third
			cmd.Stdin = strings.NewReader("123456\n")
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "pam_siths.so") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func TestTheProgramEndsWithTheModule(t *testing.T) {
	path := program(t)
	mine, module := pair(t, unix.SOCK_STREAM)
	cmd := exec.Command(path)
	cmd.ExtraFiles = []*os.File{mine}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := module.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v: %s", err, &stderr)
	}
}

func TestTheProgramEndsWithTheModuleWhileItWaitsForTheAgent(t *testing.T) {
	path := program(t)
	fields := hi()
	fields["wait"], fields["socket"] = "600", filepath.Join(t.TempDir(), "agent.sock")
	silent, err := net.Listen("unix", fields["socket"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	mine, module := pair(t, unix.SOCK_STREAM)
	cmd := exec.Command(path)
	cmd.ExtraFiles = []*os.File{mine}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := module.Write(frameBytes(t, kindHello, helloText(fields))); err != nil {
		t.Fatal(err)
	}
	asked, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = asked.Close() })
	if err := module.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("got %v", err)
	}
}
