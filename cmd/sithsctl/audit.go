package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/ui/text"
)

func buildAuditShow(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	file := fs.String("file", "", "FILE")
	return func(ctx context.Context, e *env, _ []string) error {
		show := e.printRows
		if *asJSON {
			show = func(r io.Reader) error { return copyLegibly(e.stdout, r) }
		}
		return e.auditRows(ctx, *file, show)
	}
}

func buildAuditVerify(fs *flag.FlagSet) action {
	file := fs.String("file", "", "FILE")
	return func(ctx context.Context, e *env, _ []string) error {
		own := *file == ""
		return e.auditRows(ctx, *file, func(r io.Reader) error { return e.verifyRows(r, own) })
	}
}

func buildAuditExport(fs *flag.FlagSet) action {
	file := fs.String("file", "", "FILE")
	out := fs.String("out", "", "FILE")
	return func(ctx context.Context, e *env, _ []string) error {
		if *out == "" {
			return e.auditRows(ctx, *file, func(r io.Reader) error { return copyTo(e.stdout, r) })
		}
		if err := e.auditRows(ctx, *file, func(r io.Reader) error { return writeNew(*out, r) }); err != nil {
			return err
		}
		return e.println(e.say(text.CtlAuditExported, *out))
	}
}

// auditRows hands the rows to use: those of a file, or those that the service lets the caller see.
func (e *env) auditRows(ctx context.Context, file string, use func(io.Reader) error) error {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return use(f)
	}
	r, w := io.Pipe()
	got := make(chan error, 1)
	go func() {
		err := e.agent().Audit(ctx, w)
		_ = w.CloseWithError(err)
		got <- err
	}()
	err := use(r)
	_ = r.Close() // lets the service's side end when use has had enough
	if lost := <-got; lost != nil && !errors.Is(lost, io.ErrClosedPipe) {
		return lost
	}
	return err
}

// printRows prints one line for each row. A damaged line is left out and makes the command fail when all are printed.
func (e *env) printRows(r io.Reader) error {
	var damaged error
	for entry, err := range audit.Entries(r) {
		var broken *audit.ChainError
		switch {
		case errors.As(err, &broken):
			damaged = cmp.Or(damaged, e.broken(text.CtlAuditBroken, broken))
		case err != nil:
			return err
		default:
			if err := e.printRow(entry); err != nil {
				return err
			}
		}
	}
	return damaged
}

// printRow prints when, what, and what else the row says.
func (e *env) printRow(entry audit.Entry) error {
	details, err := pairs(entry)
	if err != nil {
		return err
	}
	when := entry.Time.Local().Format(time.DateTime)
	return e.println(strings.TrimRight(fmt.Sprintf("%6d  %s  %-17s %s", entry.Seq, when, entry.Event, details), " "))
}

// verifyRows checks the chain. own says that the service may have left out rows that the caller may not see.
func (e *env) verifyRows(r io.Reader, own bool) error {
	sum, err := audit.Verify(r)
	var broken *audit.ChainError
	switch {
	case errors.As(err, &broken) && own:
		return e.broken(text.CtlAuditBrokenOrOwn, broken)
	case errors.As(err, &broken):
		return e.broken(text.CtlAuditBroken, broken)
	case err != nil:
		return err
	case own && sum.Rows == 0:
		return e.failed(text.CtlAuditOwnRows)
	}
	return e.println(e.say(text.CtlAuditWhole, sum.Rows, day(sum.First), day(sum.Last), sum.Head))
}

func (e *env) broken(w text.CtlWord, b *audit.ChainError) error {
	return e.failed(w, b.Line, text.AuditDamage(e.lang, string(b.What)))
}

// day is the date of t, or a dash when a log has no row.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateOnly)
}

func copyTo(w io.Writer, r io.Reader) error {
	_, err := io.Copy(w, r)
	return err
}

// writeNew writes r to a file that does not exist yet and that only its owner may read. It leaves nothing half done.
func writeNew(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(copyTo(f, r), f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}
