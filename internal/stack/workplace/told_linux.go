package workplace

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
)

// Rows are all rows of the audit log, as root may see them.
func (w *Workplace) Rows() []audit.Entry {
	w.tb.Helper()
	var log bytes.Buffer
	w.Must(w.API.Audit(w.tb.Context(), &log))
	var rows []audit.Entry
	for entry, err := range audit.Entries(&log) {
		w.Must(err)
		rows = append(rows, entry)
	}
	return rows
}

// WantWholeLog has the audit log verified, row for row.
func (w *Workplace) WantWholeLog() {
	w.tb.Helper()
	program, err := w.Program("sithsctl")
	w.Must(err)
	if r := w.Run(stack.Cmd{Path: program, Args: []string{"--socket", w.API.Socket, "audit", "verify"}}); r.Code != 0 {
		w.tb.Errorf("audit verify: %s%s", r.Stdout, r.Stderr)
	}
}

// AwaitRow waits for a row that is asked for. Rows are on disk before an unlock, but may follow a refusal.
func (w *Workplace) AwaitRow(what string, yes func(audit.Entry) bool) audit.Entry {
	w.tb.Helper()
	var found audit.Entry
	w.AwaitThat("the audit row of "+what, func() bool {
		for _, row := range w.Rows() {
			if yes(row) {
				found = row
				return true
			}
		}
		return false
	})
	return found
}

// ProcFile is a file about a process (proc(5)).
func ProcFile(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// Children are the living processes that the service has started for cards.
func (w *Workplace) Children() []int {
	w.tb.Helper()
	return w.Started("siths-cardhost")
}

// Couriers are the living processes that the service has started for the network: none, or one.
func (w *Workplace) Couriers() []int {
	w.tb.Helper()
	return w.Started("siths-courier")
}

// Started are the living children of the service that run a program of ours. It goes by the first argument, which a program
// that is run from a descriptor has from its beginning; a child that runs none yet still has the service's own.
func (w *Workplace) Started(program string) []int {
	w.tb.Helper()
	return slices.DeleteFunc(ChildrenOf(w.Service.PID()), func(pid int) bool {
		name, _, _ := strings.Cut(ReadIfThere(ProcFile(pid, "cmdline")), "\x00")
		return name != program
	})
}

// ChildrenOf reads the children of all threads of a process (proc_pid_task(5)); none when it has ended.
func ChildrenOf(pid int) []int {
	var found []int
	files, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "children")) // the pattern is well-formed
	for _, file := range files {
		for _, field := range strings.Fields(ReadIfThere(file)) {
			if child, err := strconv.Atoi(field); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}

// ReadIfThere is the text of a file, empty when it is not there.
func ReadIfThere(file string) string {
	content, _ := os.ReadFile(file) // a process that has ended has no files
	return string(content)
}
