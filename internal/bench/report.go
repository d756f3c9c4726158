package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"siths-agent/agent/audit"
)

// reportRows is how many audit rows the report is made of.
const reportRows = 1_000_000

// measureReport makes a report of a log of many rows with our program, and reads the same rows with encoding/json.
func (w *world) measureReport(ctx context.Context) ([]figure, error) {
	dir, err := os.MkdirTemp("", "bench-report")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	log := filepath.Join(dir, audit.FileName)
	if err := writeLog(log); err != nil {
		return nil, err
	}
	ctl, err := w.lab.Program("sithsctl")
	if err != nil {
		return nil, err
	}
	start := time.Now()
	cmd := exec.CommandContext(ctx, ctl, "report", "--json", "--file", log)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("making the report: %w: %s", err, out)
	}
	took := time.Since(start)
	plain, err := decodeLog(log)
	if err != nil {
		return nil, err
	}
	used, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return []figure{
		{Name: "report over 1,000,000 audit rows", Unit: seconds, Ours: number(took.Seconds()), Goal: atMost(5),
			Note: fmt.Sprintf("reading the same rows with encoding/json alone takes %.2f s", plain.Seconds())},
		{Name: "report, memory at most", Unit: megabytes, Ours: number(float64(used.Maxrss) / 1024)}, // KiB; getrusage(2)
	}, nil
}

// writeLog writes the rows of logins, as the service would but for their chain, at which a report does not look.
func writeLog(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	enc := json.NewEncoder(out)
	at := time.Date(2026, 1, 1, 7, 0, 0, 0, time.UTC)
	for n := uint64(1); n <= reportRows && err == nil; n++ {
		at = at.Add(7 * time.Second)
		err = enc.Encode(audit.Entry{Seq: n, Prev: audit.Genesis, Row: loginRow(n, at)})
	}
	return errors.Join(err, out.Flush(), f.Close())
}

// loginRow is the row of that number in an endless row of logins.
func loginRow(n uint64, at time.Time) audit.Row {
	events := []audit.Event{audit.CardIn, audit.UnlockGranted, audit.SessionLocked, audit.CardOut}
	row := audit.Row{Time: at, Event: events[n%4], Insertion: n / 4, Reader: "Virtual PCD 00 00"}
	if row.Event == audit.UnlockGranted {
		row.HSAID, row.LoA, row.Account = fmt.Sprintf("SE2321000131-P%012d", n/4%500), 3, "anna"
		row.CertSerial, row.CertIssuer = "01772941ce29b3ec999d657f0e0174", "C=SE,O=Inera AB,CN=SITHS e-id Person HSA-id 3 CA v1"
		row.Proof = audit.Genesis
	}
	return row
}

// decodeLog is what a plain program would begin with.
func decodeLog(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	start := time.Now()
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return time.Since(start), nil
		}
		var e audit.Entry
		if err == nil {
			err = json.Unmarshal(bytes.TrimSpace(line), &e)
		}
		if err != nil {
			return 0, err
		}
	}
}
