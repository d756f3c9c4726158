package plain

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWhatAPinentryLeavesBehindKeepsNoWindow(t *testing.T) {
	program := filepath.Join(t.TempDir(), "pinentry")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n/bin/sleep 60 &\necho $!\nexec /bin/cat\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := startProgram(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	pid := firstNumber(t, p.out)
	defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
	gone := make(chan struct{})
	go func() {
		p.end()
		close(gone)
	}()
	select {
	case <-gone:
	case <-time.After(patience):
		t.Error("a program that the pinentry has started holds the window")
	}
}

// firstNumber reads the line that a program begins with.
func firstNumber(t *testing.T, r io.Reader) int {
	t.Helper()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
