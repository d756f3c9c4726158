package localapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/report"
)

// eventsTime is how long the log is searched for its last events.
const eventsTime = 3 * time.Second

// diag tells what the service alone knows of what is wrong. Everything else, a client of no rights can look at by itself.
func (s *Server) diag(w http.ResponseWriter, r request) {
	v, err := s.Agent.View(r.Context())
	if err == nil && r.kind == Helpdesk {
		err = s.Agent.Reads(r.Context(), s.caller(r), string(Diag))
	}
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, apitype.Diag{V: apitype.Version, Snapshot: show(v, r), Started: s.Started.UTC(), Events: s.lastEvents(r)})
}

// lastEvents returns the last events that the caller may see; none when the log cannot be read in time.
func (s *Server) lastEvents(r request) []apitype.DiagEvent {
	ctx, cancel := context.WithTimeout(r.Context(), eventsTime)
	defer cancel()
	r.Request = r.WithContext(ctx)
	rows, err := s.read(r)
	if err != nil {
		return nil
	}
	defer rows.done()
	var last [][]byte
	for line, err := range s.rowsFor(r, days{Zone: report.Zone()}, rows) {
		if err != nil {
			return nil
		}
		if last = append(last, bytes.Clone(line)); len(last) > apitype.DiagEvents {
			last = last[1:]
		}
	}
	return eventsOf(last)
}

// eventsOf leaves out of rows who was concerned.
func eventsOf(lines [][]byte) []apitype.DiagEvent {
	var events []apitype.DiagEvent
	for _, line := range lines {
		var e audit.Entry
		if json.Unmarshal(line, &e) == nil {
			events = append(events, apitype.DiagEvent{Time: e.Time, Event: string(e.Event), Code: e.Code, Ref: e.Ref})
		}
	}
	return events
}
