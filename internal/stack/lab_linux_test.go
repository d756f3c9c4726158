package stack_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

func TestALabIsAWorldOfItsOwn(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	t.Run("its network has nothing but the loopback", func(t *testing.T) {
		r := lab.Run(stack.Cmd{Path: "ip", Args: []string{"-brief", "link"}})
		if lines := strings.Split(strings.TrimSpace(r.Stdout), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], "lo ") {
			t.Errorf("links in the lab:\n%s", r.Stdout)
		}
	})
	t.Run("anna is a person in it and nobody outside", func(t *testing.T) {
		r := lab.Run(stack.Cmd{Path: "id", Args: []string{"-un"}, As: "anna"})
		if strings.TrimSpace(r.Stdout) != "anna" {
			t.Errorf("id says %q, %q", r.Stdout, r.Stderr)
		}
		if out, err := exec.Command("id", "anna").CombinedOutput(); err == nil {
			t.Errorf("the machine knows anna: %s", out)
		}
	})
	t.Run("its PAM files are not the machine's", func(t *testing.T) {
		lab.PAM("siths-lab-test", "auth required pam_permit.so")
		r := lab.Run(stack.Cmd{Path: "cat", Args: []string{"/etc/pam.d/siths-lab-test"}})
		if r.Stdout != "auth required pam_permit.so\n" {
			t.Errorf("inside: %q %q", r.Stdout, r.Stderr)
		}
		if _, err := os.Stat("/etc/pam.d/siths-lab-test"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("outside: %v", err)
		}
	})
	t.Run("a home is closed to the other person", func(t *testing.T) {
		r := lab.Run(stack.Cmd{Path: "ls", Args: []string{lab.Home("anna")}, As: "bob"})
		if r.Code == 0 {
			t.Error("bob reads anna's home")
		}
	})
}

func TestRunTellsOutputErrorsAndCode(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	r := lab.Run(stack.Cmd{Path: "sh", Args: []string{"-c", "cat; echo wrong >&2; exit 7"}, Stdin: strings.NewReader("in")})
	if r != (stack.Result{Stdout: "in", Stderr: "wrong\n", Code: 7}) {
		t.Errorf("got %+v", r)
	}
}

func TestCloseEndsEveryProcessOfTheLab(t *testing.T) {
	t.Parallel()
	lab, err := stack.New(t.Context(), stack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// A child of a child, which nobody here has a handle on.
	out := filepath.Join(t.TempDir(), "pid")
	r, err := lab.Run(t.Context(), stack.Cmd{Path: "sh", Args: []string{"-c", "setsid sleep 600 >/dev/null 2>&1 & echo $! >" + out}})
	if err != nil || r.Code != 0 {
		t.Fatal(r, err)
	}
	pid, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid)) + "/exe"); err == nil {
		t.Errorf("process %s outlived the lab", pid)
	}
	if _, err := os.Stat(lab.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lab's folder is still there: %v", err)
	}
}

func TestStopIsAnErrorWhenTheProcessDoesNotListen(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	ready := filepath.Join(t.TempDir(), "ready")
	p := lab.Start(stack.Cmd{Path: "sh", Args: []string{"-c", "trap '' TERM; : >" + ready + "; while :; do sleep 0.1; done"}})
	awaitFile(t, ready)
	if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "SIGTERM") {
		t.Errorf("Stop said %v", err)
	}
}

func TestAMissingProgramNamesItsRemedy(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{Bin: t.TempDir()})
	missing := (*stack.MissingError)(nil)
	if _, err := lab.Lab.Agent(t.Context(), stack.AgentOptions{}); !errors.As(err, &missing) || missing.Remedy != "make build" {
		t.Errorf("siths-agentd: %v", err)
	}
	if _, err := lab.Lab.Run(t.Context(), stack.Cmd{Path: "no-such-program"}); !errors.As(err, &missing) || missing.Remedy != "apt-get install no-such-program" {
		t.Errorf("no-such-program: %v", err)
	}
}

func TestTwoReaderSlotsListenAndSurviveARestart(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	service := lab.PCSCD()
	first := service.PID()
	service.Kill()
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	if err := service.Restart(); err != nil {
		t.Fatal(err)
	}
	if service.PID() == first {
		t.Error("the service was not started anew")
	}
	r := lab.Run(stack.Cmd{Path: "opensc-tool", Args: []string{"--list-readers"}})
	for _, name := range []string{"Virtual PCD 00 00", "Virtual PCD 00 01"} {
		if !strings.Contains(r.Stdout, name) {
			t.Errorf("%s is not in\n%s%s", name, r.Stdout, r.Stderr)
		}
	}
}

// awaitFile waits until a file exists, 10 s at most.
func awaitFile(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := stack.Await(ctx, path, func() bool { _, err := os.Stat(path); return err == nil }); err != nil {
		t.Fatal(err)
	}
}
