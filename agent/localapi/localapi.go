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
	"slices"
	"time"

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
	answerTime = 30 * time.Second // for a request to be answered, but for a watch
	maxConns   = 512              // connections of all users together
	maxPerUser = 64               // connections of one user; root has no limit
)

// Backend is the agent as this package uses it.
type Backend interface {
	View(ctx context.Context) (agent.View, error)
	Watch(ctx context.Context, f func(agent.View) error) error
	Begin(ctx context.Context, caller agent.Caller, req apitype.UnlockRequest) (apitype.UnlockOffer, error)
	PIN(ctx context.Context, caller agent.Caller, req apitype.PINRequest, pin *secret.Buffer) apitype.PINResult
	Care(ctx context.Context, caller agent.Caller, req apitype.CareRequest, proof, fresh *secret.Buffer) apitype.PINResult
	Finish(ctx context.Context, caller agent.Caller, unlock string) (apitype.UnlockAnswer, error)
	Opened(ctx context.Context, s apitype.SessionOpened) error
	Lock(ctx context.Context) error
	Consent(caller agent.Caller, answer apitype.ConsentAnswer) error
	Admap(ctx context.Context, of *uint32) (apitype.Admap, error)
	Denied(ctx context.Context, caller agent.Caller, what string)
	Reads(ctx context.Context, caller agent.Caller, what string) error
}

// Server serves the API.
type Server struct {
	Agent    Backend
	Sessions interface {
		SessionOf(ctx context.Context, pid int32, uid uint32) (unlock.Session, error)
	}
	Systems  Systems
	AuditDir string                               // where the audit log is
	AdminUID uint32                               // the user that the service runs as
	Started  time.Time                            // when the service was
	Helpdesk func(uid uint32) bool                // is the user in the helpdesk group?
	UIDOf    func(account string) (uint32, error) // local account → uid
	Log      *slog.Logger

	outside outside
	readers readers
}

// Serve answers on l until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       headerTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       withPeer,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	err := srv.Serve(newLimiter(l, places))
	if errors.Is(err, http.ErrServerClosed) || ctx.Err() != nil {
		return nil
	}
	return err
}

// withPeer notes who is at the other end. A connection whose peer the kernel does not name gets no peer and no rights.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*countedConn); ok {
		return context.WithValue(safesocket.WithPeer(ctx, c.peer), connKey{}, c.Conn)
	}
	return ctx
}

// connKey finds the connection that a request came on.
type connKey struct{}

// Handler returns the API as an http.Handler. Requests need a peer in their context.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for verb, h := range map[Verb]handler{
		Snapshot: s.snapshot, Watch: s.watch, Health: s.health, PIN: s.pin, Lock: s.lock, Consent: s.consent,
		UnlockBegin: s.unlockBegin, UnlockFinish: s.unlockFinish, OpenSession: s.openSession, Audit: s.audit, Report: s.report,
		Admap: s.admap, Diag: s.diag,
		PINChange: s.pinChange, PINUnblock: s.pinUnblock, CardUnblock: s.pinUnblock,
		SystemsList: s.systems, SystemAcquire: s.acquire, SystemRelease: s.release, SystemExplain: s.explain,
		SystemEnroll: s.secret, SystemForget: s.secret,
	} {
		mux.HandleFunc(string(verb), s.guard(verb, h))
	}
	return wellFormed(mux)
}

// wellFormed turns away what no client of ours sends, before anybody looks at the path. A page that has found a way to
// the socket names its origin, or another host. A path is taken as it was sent or not at all, a header that decides
// something comes once, and a body comes where one is read.
func wellFormed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isForeign(r) || hasOrigin(r) || hasReferer(r):
			turnAway(w, "not for browsers", http.StatusForbidden)
		case isRewritten(r):
			turnAway(w, "the path has to stand as it is", http.StatusBadRequest)
		case r.Method != http.MethodPost && r.ContentLength != 0:
			turnAway(w, "no body is read here", http.StatusBadRequest)
		case r.Header.Get("Upgrade") != "" && !slices.Contains(switching(), r.URL.Path):
			turnAway(w, "nothing to switch to here", http.StatusBadRequest)
		case slices.ContainsFunc(deciding(), func(name string) bool { return len(r.Header.Values(name)) > 1 }):
			turnAway(w, "a header came twice", http.StatusBadRequest)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// deciding are the headers that change what a request means.
func deciding() []string {
	return []string{"Upgrade", "Connection", apitype.HeaderUnlock, apitype.HeaderLastTry, apitype.HeaderPIN, apitype.HeaderConsent}
}

// turnAway answers and closes: what is left of the request is not read.
func turnAway(w http.ResponseWriter, why string, status int) {
	w.Header().Set("Connection", "close")
	http.Error(w, why, status)
}

// request is one request with who made it and how far that may go.
type request struct {
	*http.Request
	peer  safesocket.Peer
	kind  Kind
	right Right
}

type handler func(w http.ResponseWriter, r request)

// guard lets through what the rights table allows.
func (s *Server) guard(verb Verb, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Siths-Api", "1")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		peer, ok := peerOf(r)
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
			turnAway(w, "not allowed", http.StatusForbidden)
			return
		}
		r.Body = bounded(w, r)
		h(w, req)
	}
}

func (s *Server) kindOf(ctx context.Context, p safesocket.Peer) (Kind, error) {
	if p.UID == 0 || p.UID == s.AdminUID {
		return Admin, nil
	}
	if s.outside.helpdesk(ctx, p.UID, s.Helpdesk) {
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
	ask := func() {
		session, err := s.Sessions.SessionOf(r.Context(), r.peer.PID, r.peer.UID)
		if err == nil && stillThere(r) {
			c.Session = session
		}
	}
	if c.UID == 0 {
		ask()
	} else {
		_ = s.outside.do(r.Context(), ask) // without a turn there is no session to name
	}
	return c
}

// stillThere says whether the process that connected has not ended. Only then its number, which we have just asked
// about, is not another's by now.
func stillThere(r request) bool {
	conn, ok := r.Context().Value(connKey{}).(net.Conn)
	return !ok || safesocket.StillThere(conn)
}

// decode reads a JSON body into T, or answers that it cannot.
func decode[T any](w http.ResponseWriter, r request) (T, bool) {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTime))
	v, err := parse[T](r.Body)
	_ = rc.SetReadDeadline(time.Time{}) // from now on the caller waits for us
	if err != nil {
		w.Header().Set("Connection", "close") // the rest of the body is not read
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
	if !isText(text) {
		return none, errNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(text))
	strict(d)
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
	case apitype.PersonWrongSession, apitype.SystemDenied:
		return http.StatusForbidden
	case apitype.SystemUnknown:
		return http.StatusNotFound
	case apitype.AgentUnreachable, apitype.AuditUnwritable, apitype.ReaderServiceDown:
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}
