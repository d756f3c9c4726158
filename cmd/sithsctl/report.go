package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"

	"siths-agent/agent/report"
	"siths-agent/ui/text"
)

func buildReport(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	which := selectRows(fs)
	return func(ctx context.Context, e *env, _ []string) error {
		made, err := e.makeReport(ctx, which)
		if err != nil {
			return err
		}
		var r report.Report
		if err := json.Unmarshal(made, &r); err != nil {
			return fmt.Errorf("%w: %w", errNoReport, err)
		}
		if *asJSON {
			return e.print(string(made))
		}
		return e.printReport(r)
	}
}

// makeReport makes a report of files, or has the service make one. The same rows give the same bytes either way.
func (e *env) makeReport(ctx context.Context, which *selection) ([]byte, error) {
	if len(which.files) == 0 {
		return e.agent().Report(ctx, which.asked())
	}
	logs, done, err := openLogs(which.files)
	defer done()
	if err != nil {
		return nil, err
	}
	readers := make([]io.Reader, len(logs))
	for i, l := range logs {
		readers[i] = l
	}
	r, err := report.Make(which.days, readers...)
	if err != nil {
		return nil, e.damaged(err)
	}
	var b bytes.Buffer
	err = r.Write(&b)
	return b.Bytes(), err
}

// printReport prints a report for people.
func (e *env) printReport(r report.Report) error {
	var b bytes.Buffer
	line := func(w text.CtlWord, args ...any) { fmt.Fprintln(&b, e.say(w, args...)) }
	table := func(t report.Table) {
		if t.Withheld {
			line(text.CtlReportWithheld)
		}
		for _, c := range t.Cells {
			fmt.Fprintf(&b, "  %-24s %s\n", c.Key, c.Count)
		}
	}
	if !r.From.IsZero() || !r.To.IsZero() {
		line(text.CtlReportDays, r.From, r.To)
	}
	line(text.CtlReportLogins, r.Logins.Total)
	line(text.CtlReportByLevel)
	table(r.Logins.ByLevel)
	line(text.CtlReportByDay, r.Zone)
	table(r.Logins.ByDay)
	if r.Seconds.P50 > 0 {
		line(text.CtlReportSeconds, r.Seconds.P50, r.Seconds.P95, r.Seconds.Insertions)
	}
	line(text.CtlReportPINs)
	table(r.PINs.ByEntries)
	line(text.CtlReportRefusals)
	table(r.Refusals)
	line(text.CtlReportPeople, r.People, r.Expiring)
	if len(r.Systems.Signatures.Cells) > 0 {
		line(text.CtlReportSystems)
		table(r.Systems.Signatures)
		line(text.CtlReportReplaced)
		table(r.Systems.Replaced)
		line(text.CtlReportFew)
	}
	line(text.CtlReportHidden)
	return e.print(b.String())
}
