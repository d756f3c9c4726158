package localapi

import (
	"context"
	"net/http"
	"time"

	"siths-agent/agent/apitype"
)

// Systems answers for the business systems. Errors that are no *apitype.Problem are told by their code (health.CodeOf).
type Systems interface {
	// List returns all systems, with what programs of that user need to get in.
	List(ctx context.Context, uid uint32) []apitype.SystemEntry
	// Acquire has the system's proof got where there is none.
	Acquire(ctx context.Context, uid uint32, name string) (apitype.SystemEntry, error)
	// Release ends what was released for the system, until it is acquired or the next PIN.
	Release(ctx context.Context, uid uint32, name string) error
	// Explain tells about a program of that user, or of anybody when of is nil.
	Explain(ctx context.Context, of *uint32, name string, req apitype.ExplainRequest) (apitype.Explanation, error)
	// Secret tells why a system has no secret of the person.
	Secret(ctx context.Context, name string) error
}

// user is for whom systems are shown and used: the caller, or for who may see all, the user of the login that is open.
func (s *Server) user(r request) (uint32, error) {
	if r.right != All {
		return r.peer.UID, nil
	}
	v, err := s.Agent.View(r.Context())
	if err != nil || v.Session == nil {
		return r.peer.UID, err
	}
	return *v.Session, nil
}

// noted has it on record that helpdesk looks at what somebody may use.
func (s *Server) noted(w http.ResponseWriter, r request, verb Verb) bool {
	if r.kind != Helpdesk {
		return true
	}
	if err := s.Agent.Reads(r.Context(), s.caller(r), string(verb)); err != nil {
		fail(w, err)
		return false
	}
	return true
}

func (s *Server) systems(w http.ResponseWriter, r request) {
	uid, err := s.user(r)
	if err != nil {
		fail(w, err)
		return
	}
	if !s.noted(w, r, SystemsList) {
		return
	}
	list := s.Systems.List(r.Context(), uid)
	if list == nil {
		list = []apitype.SystemEntry{}
	}
	answer(w, apitype.SystemList{V: apitype.Version, Systems: list})
}

func (s *Server) acquire(w http.ResponseWriter, r request) {
	uid, err := s.opened(r)
	if err != nil {
		fail(w, err)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // a ticket may take longer than a request
	entry, err := s.Systems.Acquire(r.Context(), uid, r.PathValue("name"))
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, entry)
}

func (s *Server) release(w http.ResponseWriter, r request) {
	uid, err := s.user(r)
	if err == nil {
		err = s.Systems.Release(r.Context(), uid, r.PathValue("name"))
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) explain(w http.ResponseWriter, r request) {
	req, ok := decode[apitype.ExplainRequest](w, r)
	if !ok || !s.noted(w, r, SystemExplain) {
		return
	}
	of := &r.peer.UID
	if r.right == All {
		of = nil
	}
	e, err := s.Systems.Explain(r.Context(), of, r.PathValue("name"), req)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, e)
}

// secret is about secrets of the person, which no system that takes the card's proof has.
func (s *Server) secret(w http.ResponseWriter, r request) {
	if err := s.Systems.Secret(r.Context(), r.PathValue("name")); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// opened is the user whose login is open, or the problem that there is none.
func (s *Server) opened(r request) (uint32, error) {
	v, err := s.Agent.View(r.Context())
	switch {
	case err != nil:
		return 0, err
	case v.Snapshot.Card == nil:
		return 0, &apitype.Problem{Code: apitype.CardNone, Severity: apitype.Info, Retry: apitype.RetryNewCard}
	case v.Snapshot.Phase != apitype.Unlocked || v.Session == nil:
		return 0, &apitype.Problem{Code: apitype.PINNeeded, Severity: apitype.Info, Retry: apitype.RetryNow}
	case r.right != All && !v.OpenedFor(r.peer.UID):
		return 0, &apitype.Problem{Code: apitype.PersonWrongSession, Severity: apitype.Error, Retry: apitype.RetryNewCard}
	}
	return *v.Session, nil
}
