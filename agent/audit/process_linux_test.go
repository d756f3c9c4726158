package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain lets this test binary be the other processes that the tests need.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("AUDIT_TEST_DIR"); os.Getenv("AUDIT_TEST_ROLE") {
	case "writer":
		exit(appendForEver(dir))
	case "full":
		exit(fillDisk(dir))
	default:
		os.Exit(m.Run())
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func role(name, dir string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "AUDIT_TEST_ROLE="+name, "AUDIT_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// appendForEver writes rows and says which are acknowledged, until it is killed.
func appendForEver(dir string) error {
	l, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	for n := uint64(1); ; n++ {
		e, err := l.Append(context.Background(), Row{Event: CardIn, Insertion: n, Reason: strings.Repeat("x", int(n*97%400))})
		if err != nil {
			return err
		}
		if _, err := fmt.Println(e.Seq); err != nil {
			return err
		}
	}
}

func TestEveryAcknowledgedRowSurvivesKill(t *testing.T) {
	const rounds = 120
	dir := t.TempDir()
	acknowledged := uint64(0)
	for range rounds {
		last := killWriter(t, dir, 1+rand.IntN(8))
		acknowledged = max(acknowledged, last)
		l, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := verified(t, dir)
		if uint64(len(all)) < acknowledged || all[acknowledged-1].Seq != acknowledged {
			t.Fatalf("%d rows, %d were acknowledged", len(all), acknowledged)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d rows acknowledged", rounds, acknowledged)
}

// killWriter kills a writer once it has acknowledged that many rows, and returns the last one it acknowledged.
func killWriter(t *testing.T, dir string, rows int) uint64 {
	t.Helper()
	cmd := role("writer", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := uint64(0)
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if last, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if n == rows {
			cmd.Process.Kill() // and read what it said before it died
		}
	}
	var killed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &killed) || killed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended with %v", err)
	}
	return last
}

func TestAFullDiskIsUsedAgainWhenItHasRoom(t *testing.T) {
	cmd := role("full", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 { // mounting needs to be root, if only of a namespace of one's own
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

// fillDisk mounts a file system of 64 KiB on dir, fills it by appending, makes room, and appends again.
func fillDisk(dir string) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		return fmt.Errorf("mounting: %w", err)
	}
	padding := filepath.Join(dir, "padding")
	if err := os.WriteFile(padding, make([]byte, 32<<10), 0o600); err != nil {
		return err
	}
	l, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	written, err := appendUntilFull(l)
	if err != nil {
		return err
	}
	if _, err := l.Append(context.Background(), Row{Event: CardIn}); !errors.Is(err, unix.ENOSPC) && err != nil {
		return fmt.Errorf("a full disk gave %w", err)
	} else if err == nil {
		written++ // a short row may still fit in the last block
	}
	if err := os.Remove(padding); err != nil {
		return err
	}
	if _, err := l.Append(context.Background(), Row{Event: CardOut}); err != nil {
		return fmt.Errorf("a disk with room: %w", err)
	}
	return checkRows(l.Path(), written+1)
}

func appendUntilFull(l *Log) (uint64, error) {
	for n := uint64(0); ; n++ {
		_, err := l.Append(context.Background(), Row{Event: CardIn, Reason: strings.Repeat("x", 400)})
		if errors.Is(err, unix.ENOSPC) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// What is not there after power is lost cannot be tested here; that Append waits for the disk can.
func TestAppendSyncsBeforeItReturns(t *testing.T) {
	synced := 0
	l, err := Open(t.TempDir(), Options{open: func(path string) (file, error) {
		f, err := openFile(path)
		return countingFile{f, &synced}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for n := 1; n <= 5; n++ {
		add(t, l, Row{Event: CardIn})
		if synced != n+1 { // the first is the head's, when the log was opened
			t.Fatalf("%d rows, %d syncs of them", n, synced-1)
		}
	}
}

type countingFile struct {
	file
	synced *int
}

func (f countingFile) Sync() error {
	*f.synced++
	return f.file.Sync()
}
