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
	which := selectRows(fs)
	return func(ctx context.Context, e *env, _ []string) error {
		return e.rows(ctx, which, func(r *logRows) error {
			if *asJSON {
				return e.pipe(func(w io.Writer) error { return writeLines(w, r, which) })
			}
			return e.printRows(r, which)
		})
	}
}

// pipe copies what write writes, as it may be shown on a terminal.
func (e *env) pipe(write func(io.Writer) error) error {
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(write(w)) }()
	err := copyLegibly(e.stdout, r)
	_ = r.Close() // lets write end
	return err
}

func buildAuditVerify(fs *flag.FlagSet) action {
	which := new(selection)
	fs.Var(&which.files, "file", "FILE")
	return func(ctx context.Context, e *env, _ []string) error {
		return e.rows(ctx, which, func(r *logRows) error { return e.verifyRows(r, len(which.files) == 0) })
	}
}

func buildAuditExport(fs *flag.FlagSet) action {
	which := selectRows(fs)
	format := fs.String("format", "jsonl", strings.Join(formats(), "|"))
	out := fs.String("out", "", "FILE")
	return func(ctx context.Context, e *env, _ []string) error {
		write := writerOf(*format)
		if write == nil {
			return e.usage(text.CtlWantsArguments, "audit export [--format "+strings.Join(formats(), "|")+"]")
		}
		return e.rows(ctx, which, func(r *logRows) error {
			if *out == "" {
				return e.damaged(write(e.stdout, r, which))
			}
			if err := writeNew(*out, func(w io.Writer) error { return e.damaged(write(w, r, which)) }); err != nil {
				return err
			}
			return e.println(e.say(text.CtlAuditExported, *out))
		})
	}
}

// formats are what an export can be.
func formats() []string { return []string{"jsonl", "csv"} }

func writerOf(format string) func(io.Writer, io.Reader, *selection) error {
	switch format {
	case "jsonl":
		return writeLines
	case "csv":
		return writeCSV
	}
	return nil
}

// damaged says in words which line is damaged, when that is what err is.
func (e *env) damaged(err error) error {
	var broken *audit.ChainError
	if errors.As(err, &broken) {
		return e.broken(text.CtlAuditBroken, broken)
	}
	return err
}

// printRows prints one line for each row. A damaged line is left out and makes the command fail when all are printed.
func (e *env) printRows(r io.Reader, which *selection) error {
	var damaged error
	for entry, err := range audit.Entries(r) {
		var broken *audit.ChainError
		switch {
		case errors.As(err, &broken):
			damaged = cmp.Or(damaged, e.broken(text.CtlAuditBroken, broken))
		case err != nil:
			return err
		case which.includes(entry.Time):
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
func (e *env) verifyRows(r *logRows, own bool) error {
	sum, err := audit.VerifyTo(r, r.mark)
	var broken *audit.ChainError
	switch {
	case errors.As(err, &broken) && own && r.mark == nil:
		return e.broken(text.CtlAuditBrokenOrOwn, broken)
	case errors.As(err, &broken):
		return e.broken(text.CtlAuditBroken, broken)
	case err != nil:
		return err
	case own && sum.Rows == 0:
		return e.failed(text.CtlAuditOwnRows)
	}
	for _, line := range e.whole(sum, r) {
		if err := e.println(line); err != nil {
			return err
		}
	}
	return nil
}

// whole says what a log holds that is whole.
func (e *env) whole(sum audit.Summary, r *logRows) []string {
	lines := []string{e.say(text.CtlAuditWhole, sum.Rows, day(sum.First), day(sum.Last), sum.Head)}
	if r.files > 1 {
		lines = append(lines, e.say(text.CtlAuditFiles, r.files))
	}
	if sum.FirstSeq > 1 {
		lines = append(lines, e.say(text.CtlAuditPruned, sum.FirstSeq))
	}
	if r.mark != nil {
		lines = append(lines, e.say(text.CtlAuditReaches, r.mark.Seq))
	} else {
		lines = append(lines, e.say(text.CtlAuditNoMark))
	}
	if sum.Repairs > 0 {
		lines = append(lines, e.say(text.CtlAuditRepairs, sum.Repairs))
	}
	return lines
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

// writeNew has a file written that does not exist yet and that only its owner may read. It leaves nothing half done.
func writeNew(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}
