// Package localapi serves the local API: HTTP on a socket, where the kernel says who is calling.
package localapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/unlock"
	"siths-agent/internal/secret"
)

// Limits that hold for every caller.
const (
	maxBody    = 16 << 10         // bytes of a request's body
	maxHeader  = 8 << 10          // bytes of a request's headers
	headerTime = 5 * time.Second  // for the headers to arrive
	bodyTime   = 10 * time.Second // for a body or a PIN to arrive
	maxConns   = 512              // connections of all callers together
	maxPerUser = 64               // connections of one user; root has no limit of its own
)

// Backend is the agent as this package uses it.
type Backend interface {
	View(ctx context.Context) (agent.View, error)
	Watch(ctx context.Context, f func(agent.View) error) error
	Begin(ctx context.Context, caller agent.Caller, req apitype.UnlockRequest) (apitype.UnlockOffer, error)
	PIN(ctx context.Context, caller agent.Caller, req apitype.PINRequest, pin *secret.Buffer) apitype.PINResult
	Finish(ctx context.Context, caller agent.Caller, unlock string) (apitype.UnlockAnswer, error)
	Opened(ctx context.Context, s apitype.SessionOpened) error
	Lock(ctx context.Context) error
	Denied(ctx context.Context, caller agent.Caller, what string)
}

// Server serves the API.
type Server struct {
	Agent    Backend
	Sessions interface {
		SessionOf(ctx context.Context, pid int32, uid uint32) (unlock.Session, error)
	}
	AuditFile string
	AdminUID  uint32                               // the user that the service runs as
	Helpdesk  func(uid uint32) bool                // is the user in the helpdesk group?
	UIDOf     func(account string) (uint32, error) // local account → uid
	Log       *slog.Logger
}

// Serve answers on l until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       headerTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       withPeer,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	err := srv.Serve(newLimiter(l))
	if errors.Is(err, http.ErrServerClosed) || ctx.Err() != nil {
		return nil
	}
	return err
}

// withPeer notes who is at the other end. A connection whose peer the kernel does not name gets no peer and no rights.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*countedConn); ok {
		return safesocket.WithPeer(ctx, c.peer)
	}
	return ctx
}

// Handler returns the API as an http.Handler. Requests need a peer in their context.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for verb, h := range map[Verb]handler{
		Snapshot: s.snapshot, Watch: s.watch, Health: s.health, PIN: s.pin, Lock: s.lock,
		UnlockBegin: s.unlockBegin, UnlockFinish: s.unlockFinish, OpenSession: s.openSession, Audit: s.audit,
	} {
		mux.HandleFunc(string(verb), s.guard(verb, h))
	}
	return mux
}

// request is one request with who made it and how far that may go.
type request struct {
	*http.Request
	peer  safesocket.Peer
	kind  Kind
	right Right
}

type handler func(w http.ResponseWriter, r request)

// guard lets through what the rights table allows. Browsers are turned away before anything else: a page that has
// found a way to the socket names its origin, or another host.
func (s *Server) guard(verb Verb, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Siths-Api", "1")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Host != apitype.Host || r.Header.Get("Origin") != "" || r.Header.Get("Referer") != "" {
			http.Error(w, "not for browsers", http.StatusForbidden)
			return
		}
		peer, ok := safesocket.PeerFrom(r.Context())
		if !ok {
			http.Error(w, "unknown caller", http.StatusForbidden)
			return
		}
		kind, err := s.kindOf(r.Context(), peer)
		if err != nil {
			fail(w, err)
			return
		}
		req := request{Request: r, peer: peer, kind: kind, right: rightOf(verb, kind)}
		if req.right == No {
			s.Agent.Denied(r.Context(), s.caller(req), string(verb))
			http.Error(w, "not allowed", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		h(w, req)
	}
}

func (s *Server) kindOf(ctx context.Context, p safesocket.Peer) (Kind, error) {
	if p.UID == 0 || p.UID == s.AdminUID {
		return Admin, nil
	}
	if s.Helpdesk(p.UID) {
		return Helpdesk, nil
	}
	v, err := s.Agent.View(ctx)
	if err != nil {
		return Other, err
	}
	if v.HeldBy(p.UID) || v.OpenedFor(p.UID) {
		return Owner, nil
	}
	return Other, nil
}

// bare names the peer to the agent without its desktop session. It is for whoever goes on with an unlock: the agent
// knows the session from its beginning, and asking for it takes a millisecond while a person waits.
func bare(r request) agent.Caller { return agent.Caller{UID: r.peer.UID, Admin: r.kind == Admin} }

// caller names the peer to the agent, with its desktop session where it has one.
func (s *Server) caller(r request) agent.Caller {
	c := bare(r)
	if session, err := s.Sessions.SessionOf(r.Context(), r.peer.PID, r.peer.UID); err == nil {
		c.Session = session
	}
	return c
}

// decode reads a JSON body into T, or answers that it cannot.
func decode[T any](w http.ResponseWriter, r request) (T, bool) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	v, err := parse[T](r.Body)
	if err != nil {
		http.Error(w, "malformed request", http.StatusBadRequest)
	}
	return v, err == nil
}

var (
	errNotUTF8   = errors.New("not UTF-8")
	errMoreThere = errors.New("more than one value")
)

// parse reads one JSON value. Unknown fields, anything after the value, and text that is not UTF-8 (which the decoder
// would quietly change) are refused.
func parse[T any](body io.Reader) (T, error) {
	var v, none T
	text, err := io.ReadAll(body)
	if err != nil {
		return none, err
	}
	if !utf8.Valid(text) {
		return none, errNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return none, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return none, errMoreThere
	}
	return v, nil
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a caller that has gone needs no answer
}

// fail answers with the problem that err is.
func fail(w http.ResponseWriter, err error) {
	var p *apitype.Problem
	if !errors.As(err, &p) {
		problem := health.Problem(health.CodeOf(err), "")
		p = &problem
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf(p.Code))
	_ = json.NewEncoder(w).Encode(p)
}

func statusOf(code apitype.Code) int {
	switch code {
	case apitype.PersonWrongSession:
		return http.StatusForbidden
	case apitype.AgentUnreachable, apitype.AuditUnwritable, apitype.ReaderServiceDown:
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}
