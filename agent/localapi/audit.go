package localapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/report"
)

// auditTime is how long a caller may take to read the rows.
const auditTime = time.Minute

// audit sends the rows as JSON lines: the whole log, as it stands and can be verified, to those who may; else those
// rows that are about the caller. from and to, which are days, leave out the others.
func (s *Server) audit(w http.ResponseWriter, r request) {
	opts, rows, ok := s.openRows(w, r, Audit)
	if !ok {
		return
	}
	defer rows.done()
	w.Header().Set("Content-Type", "application/x-ndjson")
	if mark := rows.Mark(); r.right == All && mark != nil && opts.isAll() {
		w.Header().Set(apitype.HeaderAuditHead, mark.String())
		w.Header().Set(apitype.HeaderAuditFiles, strconv.Itoa(rows.Files()))
	}
	for line, err := range s.rowsFor(r, opts, rows) {
		if err != nil {
			s.Log.Warn("audit log not read to its end", "error", err)
			panic(http.ErrAbortHandler) // the reader must not take a part for all
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return
		}
	}
}

// report makes figures of the rows that the caller may see.
func (s *Server) report(w http.ResponseWriter, r request) {
	opts, rows, ok := s.openRows(w, r, Report)
	if !ok {
		return
	}
	defer rows.done()
	from, to := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = to.CloseWithError(s.writeRows(to, r, opts, rows))
	}()
	figures, err := report.Make(report.Options(opts), from)
	rows.cancel()
	_ = from.Close()
	<-ended // nobody else has the rows when they are closed
	if err != nil {
		s.Log.Warn("no report", "error", err)
		http.Error(w, "the audit log cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = figures.Write(w)
}

// writeRows writes the lines that a caller may see and has asked for.
func (s *Server) writeRows(w io.Writer, r request, opts days, rows *reading) error {
	for line, err := range s.rowsFor(r, opts, rows) {
		if err == nil {
			_, err = w.Write(append(line, '\n'))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openRows opens the log for a request, once it is on record who reads it.
func (s *Server) openRows(w http.ResponseWriter, r request, verb Verb) (days, *reading, bool) {
	opts, err := parseDays(r.URL.RawQuery)
	if err != nil {
		http.Error(w, "from and to are days like 2026-11-22", http.StatusBadRequest)
		return opts, nil, false
	}
	if r.kind == Helpdesk {
		if err := s.Agent.Reads(r.Context(), s.caller(r), string(verb)); err != nil {
			fail(w, err)
			return opts, nil, false
		}
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // a long log takes longer than a request
	rows, err := s.read(r)
	if errors.Is(err, errManyReaders) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, err.Error(), http.StatusTooManyRequests)
		return opts, nil, false
	}
	if err != nil {
		s.Log.Warn("audit log not readable", "error", err)
		http.Error(w, "no audit log", http.StatusServiceUnavailable)
		return opts, nil, false
	}
	_ = rc.SetWriteDeadline(time.Now().Add(auditTime))
	return opts, rows, true
}

// days are the days that are asked for.
type days report.Options

func (d days) isAll() bool { return d.From.IsZero() && d.To.IsZero() }

// takesDays says whether a path may be followed by a query.
func takesDays(path string) bool { return path == "/v1/audit" || path == "/v1/report" }

var errDays = errors.New("not two days")

func parseDays(query string) (days, error) {
	d := days{Zone: report.Zone()}
	values, err := url.ParseQuery(query)
	for key, v := range values {
		at := map[string]*report.Day{"from": &d.From, "to": &d.To}[key]
		if at == nil || len(v) != 1 {
			return d, errDays
		}
		err = errors.Join(err, at.UnmarshalText([]byte(v[0])))
	}
	return d, err
}

// rowsFor gives the lines that a caller may see and has asked for, as they stand in the log, and at the end an error when
// it could not be read. A line that is being written is left out.
func (s *Server) rowsFor(r request, opts days, rows *reading) iter.Seq2[[]byte, error] {
	own := map[string]bool{} // accounts that have been asked about
	return func(yield func([]byte, error) bool) {
		for line, err := range audit.Lines(rows) {
			var damaged *audit.ChainError
			switch {
			case errors.As(err, &damaged) && damaged.What == audit.Torn:
				return
			case err != nil && damaged == nil:
				yield(nil, err)
				return
			}
			if s.mayShow(r, opts, line.Data, own) && !yield(line.Data, nil) {
				return
			}
		}
	}
}

// mayShow says whether a line is for the caller. Who may see all gets damaged lines too: they are evidence.
func (s *Server) mayShow(r request, opts days, line []byte, own map[string]bool) bool {
	if r.right == All && opts.isAll() {
		return true
	}
	var e audit.Entry
	if json.Unmarshal(bytes.TrimSpace(line), &e) != nil {
		return false
	}
	return report.Options(opts).Include(e.Time) && (r.right == All || s.about(r, e, own))
}
