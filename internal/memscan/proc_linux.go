package memscan

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Locked says whether the page at an address is held in memory and kept out of core files (proc_pid_smaps(5), VmFlags
// lo and dd).
func Locked(pid int, address uint64) (bool, error) {
	f, err := openProc(pid, "smaps")
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, flags, _ := strings.Cut(lines.Text(), ":")
		if m, err := parseMapping(lines.Text()); err == nil && strings.Contains(key, "-") {
			inside = m.from <= address && address < m.to
		} else if inside && key == "VmFlags" {
			flags += " "
			return strings.Contains(flags, " lo ") && strings.Contains(flags, " dd "), nil
		}
	}
	return false, fmt.Errorf("no mapping of process %d holds %#x", pid, address)
}

// CoreLimit is how large a core file a process may leave, and how large it could allow itself: two numbers and their
// unit, as /proc/PID/limits has them.
func CoreLimit(pid int) (string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "limits"))
	if err != nil {
		return "", gone(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok {
			return strings.Join(strings.Fields(rest), " "), nil
		}
	}
	return "", fmt.Errorf("process %d has no limit of core files", pid)
}

// Swapped is how much of a process lies in swap, as /proc/PID/status says.
func Swapped(pid int) (string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return "", gone(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmSwap:"); ok {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", ErrGone
}
