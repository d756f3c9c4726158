package localapi

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"time"

	"siths-agent/agent/audit"
)

// auditTime is how long a caller may take to read the rows.
const auditTime = time.Minute

// audit sends the rows as JSON lines: the whole log, as it stands and can be verified, to those who may; else those
// rows that are about the caller.
func (s *Server) audit(w http.ResponseWriter, r request) {
	f, err := os.Open(s.AuditFile)
	if err != nil {
		s.Log.Warn("audit log not readable", "error", err)
		http.Error(w, "no audit log", http.StatusServiceUnavailable)
		return
	}
	defer func() { _ = f.Close() }()
	w.Header().Set("Content-Type", "application/x-ndjson")
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // a long log takes longer than a request
	_ = rc.SetWriteDeadline(time.Now().Add(auditTime))
	if r.right == All {
		copyLines(w, f)
		return
	}
	s.ownRows(w, r, f)
}

// copyLines copies every whole line: one that is being written is left out.
func copyLines(w io.Writer, f io.Reader) {
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if _, err := w.Write(line); err != nil {
			return
		}
	}
}

func (s *Server) ownRows(w io.Writer, r request, f io.Reader) {
	enc := json.NewEncoder(w)
	own := map[string]bool{} // accounts that have been asked about
	for entry, err := range audit.Entries(f) {
		if err != nil {
			s.Log.Warn("audit row not readable", "error", err)
			return
		}
		if s.about(r, entry, own) && enc.Encode(entry) != nil {
			return
		}
	}
}
