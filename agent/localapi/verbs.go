package localapi

import (
	"encoding/json"
	"net/http"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
)

// writeTime is how long a watcher may take to read one snapshot.
const writeTime = 10 * time.Second

func (s *Server) snapshot(w http.ResponseWriter, r request) {
	v, err := s.Agent.View(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, show(v, r))
}

func (s *Server) watch(w http.ResponseWriter, r request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // a watch lasts
	_ = s.Agent.Watch(r.Context(), func(v agent.View) error {
		if err := rc.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
			return err
		}
		if err := json.NewEncoder(w).Encode(show(v, r)); err != nil {
			return err
		}
		return rc.Flush()
	}) // whatever ended it, the watcher sees the end of the stream and comes again
}

func (s *Server) health(w http.ResponseWriter, r request) {
	v, err := s.Agent.View(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	h := apitype.Health{Ready: v.Ready}
	for _, p := range v.Snapshot.Problems {
		switch p.Code {
		case apitype.AuditUnwritable, apitype.ConfigInvalid, apitype.ReaderServiceDown, apitype.ReaderNone:
			h.Problems = append(h.Problems, p)
		}
	}
	answer(w, h)
}

func (s *Server) lock(w http.ResponseWriter, r request) {
	if err := s.Agent.Lock(r.Context()); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// consent takes the answer to a question from the person who was asked: the agent compares the users.
func (s *Server) consent(w http.ResponseWriter, r request) {
	a, ok := decode[apitype.ConsentAnswer](w, r)
	if !ok {
		return
	}
	if err := s.Agent.Consent(bare(r), a); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// admap tells of the caller's own card, or of any to those who may see it.
func (s *Server) admap(w http.ResponseWriter, r request) {
	of := &r.peer.UID
	if r.right == All {
		of = nil
	}
	m, err := s.Agent.Admap(r.Context(), of)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, m)
}

func (s *Server) unlockBegin(w http.ResponseWriter, r request) {
	req, ok := decode[apitype.UnlockRequest](w, r)
	if !ok {
		return
	}
	if r.right != All && !s.owns(r, req.Account) {
		s.Agent.Denied(r.Context(), s.caller(r), string(UnlockBegin))
		http.Error(w, "not allowed for another account", http.StatusForbidden)
		return
	}
	offer, err := s.Agent.Begin(r.Context(), s.caller(r), req)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, offer)
}

// owns says whether account is a name of the caller's own uid.
func (s *Server) owns(r request, account string) bool {
	own := false
	err := s.outside.do(r.Context(), func() {
		uid, err := s.UIDOf(account)
		own = err == nil && isCaller(r, uid)
	})
	return err == nil && own
}

func (s *Server) unlockFinish(w http.ResponseWriter, r request) {
	req, ok := decode[apitype.UnlockFinish](w, r)
	if !ok {
		return
	}
	a, err := s.Agent.Finish(r.Context(), bare(r), req.Unlock)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, a)
}

func (s *Server) openSession(w http.ResponseWriter, r request) {
	req, ok := decode[apitype.SessionOpened](w, r)
	if !ok {
		return
	}
	if err := s.Agent.Opened(r.Context(), req); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
