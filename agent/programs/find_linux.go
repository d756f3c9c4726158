package programs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// commLength is how many bytes of its name the kernel keeps for a process (TASK_COMM_LEN without the NUL, proc_pid_comm(5)).
const commLength = 15

// errHidden tells that proc(5) is mounted so that we do not see the programs of others (hidepid, or ProtectProc= of
// systemd.exec(5)): that none is found says nothing then.
var errHidden = errors.New("the processes of other users are hidden")

// processes lists the numbers of all processes.
func processes() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	if !slices.Contains(pids, 1) { // which is there, and has more rights than we
		return nil, errHidden
	}
	return pids, nil
}

// process is what proc(5) tells of one.
type process struct {
	uid  uint64 // its real one: also that of a program which has got more rights from its file
	name string // as the kernel keeps it
	argv string // how it was called, as it says itself
	dead bool   // it has ended, and nobody has asked how
}

// look reads a process. One that is gone is dead.
func look(pid int) (process, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if isGone(err) {
		return process{dead: true}, nil
	}
	if err != nil {
		return process{}, err
	}
	p, err := parseStatus(status)
	if err != nil {
		return process{}, fmt.Errorf("process %d: %w", pid, err)
	}
	argv, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if isGone(err) {
		return process{dead: true}, nil
	}
	p.argv, _, _ = strings.Cut(string(argv), "\x00")
	return p, err
}

// isGone says whether a file of proc(5) was not there because its process has ended, before or after it was opened.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errSearch) }

var errStatus = errors.New("not a process' status")

// parseStatus reads the name, the real user, the state and the number of threads out of proc_pid_status(5). The state is of
// the first thread: when that has ended, others may still run.
func parseStatus(status []byte) (process, error) {
	var p process
	seen, threads := 0, ""
	for line := range bytes.Lines(status) {
		field, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), ":\t")
		switch field {
		case "Name":
			p.name = value
		case "State":
			p.dead = strings.HasPrefix(value, "Z") || strings.HasPrefix(value, "X")
		case "Threads":
			threads = value
		case "Uid":
			uid, _, _ := strings.Cut(value, "\t")
			n, err := strconv.ParseUint(uid, 10, 32)
			if err != nil {
				return process{}, errStatus
			}
			p.uid = n
		default:
			continue
		}
		seen++
	}
	if seen != 4 {
		return process{}, errStatus
	}
	p.dead = p.dead && (threads == "0" || threads == "1")
	return p, nil
}

// called returns the name among these by which a process is called, if it is.
func (p process) called(names []string) (string, bool) {
	i := slices.IndexFunc(names, func(n string) bool {
		return p.name == n[:min(len(n), commLength)] || path.Base(p.argv) == n
	})
	if i < 0 {
		return "", false
	}
	return names[i], true
}
