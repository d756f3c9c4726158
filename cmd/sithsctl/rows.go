package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/client"
	"siths-agent/agent/report"
)

// selection says which rows a command is about.
type selection struct {
	files fileList
	days  report.Options
}

// selectRows declares the flags of a selection.
func selectRows(fs *flag.FlagSet) *selection {
	s := &selection{days: report.Options{Zone: report.Zone()}}
	fs.Var(&s.files, "file", "FILE")
	fs.TextVar(&s.days.From, "from", report.Day{}, "DAY")
	fs.TextVar(&s.days.To, "to", report.Day{}, "DAY")
	return s
}

func (s *selection) includes(at time.Time) bool { return s.days.Include(at) }
func (s *selection) all() bool                  { return s.days.From.IsZero() && s.days.To.IsZero() }
func (s *selection) asked() client.Days {
	return client.Days{From: s.days.From.String(), To: s.days.To.String()}
}

// fileList is a flag that may come several times: logs, or folders with a log, to be read one after the other.
type fileList []string

// String is what the flag package asks for.
func (l *fileList) String() string { return strings.Join(*l, " ") }

// Set takes one more.
func (l *fileList) Set(name string) error {
	*l = append(*l, name)
	return nil
}

// logRows are rows with what is known about them.
type logRows struct {
	io.Reader
	mark  *audit.Mark // how far they have to go at least; nil when nobody tells
	files int         // of how many files they are
}

// rows hands the rows to use: those of files, or those that the service lets the caller see.
func (e *env) rows(ctx context.Context, which *selection, use func(*logRows) error) error {
	if len(which.files) > 0 {
		logs, done, err := openLogs(which.files)
		defer done()
		if err != nil {
			return err
		}
		return use(joined(logs))
	}
	rows, err := e.agent().Rows(ctx, which.asked())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	return use(&logRows{rows, rows.Mark, rows.Files})
}

// openLogs opens what the names stand for. done is to be called in any case.
func openLogs(names []string) (logs []*logRows, done func(), err error) {
	var open []io.Closer
	done = func() {
		for _, c := range open {
			_ = c.Close()
		}
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, done, err
		}
		if info.IsDir() {
			r, err := audit.OpenRows(name)
			if err != nil {
				return nil, done, err
			}
			open, logs = append(open, r), append(logs, &logRows{r, r.Mark(), r.Files()})
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, done, err
		}
		open, logs = append(open, f), append(logs, &logRows{f, nil, 1})
	}
	return logs, done, nil
}

// joined reads logs as one, which parts of one are. What the last one has to reach holds for all.
func joined(logs []*logRows) *logRows {
	all := &logRows{mark: logs[len(logs)-1].mark}
	var readers []io.Reader
	for _, l := range logs {
		readers = append(readers, l)
		all.files += l.files
	}
	all.Reader = io.MultiReader(readers...)
	return all
}

// writeLines writes the rows as they stand in the log.
func writeLines(w io.Writer, r io.Reader, which *selection) error {
	if which.all() {
		_, err := io.Copy(w, r)
		return err
	}
	out := bufio.NewWriter(w)
	for line, err := range audit.Lines(r) {
		if err != nil {
			return err
		}
		entry, err := line.Entry()
		if err != nil {
			return &audit.ChainError{Line: line.Number, What: audit.NotAnEntry}
		}
		if which.includes(entry.Time) {
			_, _ = out.Write(line.Data) // Flush tells
			_ = out.WriteByte('\n')
		}
	}
	return out.Flush()
}

// writeCSV writes the rows as a table for spreadsheets (RFC 4180), with a column for everything that a row can say.
func writeCSV(w io.Writer, r io.Reader, which *selection) error {
	out := csv.NewWriter(w)
	fields := audit.Fields()
	_ = out.Write(fields) // Error tells
	for line, err := range audit.Lines(r) {
		if err != nil {
			return err
		}
		entry, err := line.Entry()
		if err != nil {
			return &audit.ChainError{Line: line.Number, What: audit.NotAnEntry}
		}
		if !which.includes(entry.Time) {
			continue
		}
		cells, err := cellsOf(entry, fields)
		if err == nil {
			err = out.Write(cells)
		}
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cellsOf(entry audit.Entry, fields []string) ([]string, error) {
	text, err := json.Marshal(entry)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, err
	}
	cells := make([]string, len(fields))
	for i, name := range fields {
		switch v := values[name].(type) {
		case nil:
		case string:
			cells[i] = harmless(v)
		default:
			cells[i] = fmt.Sprint(v)
		}
	}
	return cells, nil
}

// harmless keeps a spreadsheet from taking text, of which cards and programs say some, for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

var errNoReport = errors.New("the service's report cannot be read")
