package pam

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"siths-agent/agent/apitype"
	"siths-agent/agent/safesocket"
)

// The questions of the helper, in their order.
const (
	watch  = "GET /v1/watch"
	begin  = "POST /v1/unlock/begin"
	give   = "POST /v1/pin"
	finish = "POST /v1/unlock/finish"
)

func questions() []string { return []string{watch, begin, give, finish} }

// answers are what a service says that has anna's card and finds everything in order.
func answers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		watch:  say(apitype.Snapshot{V: 1, Phase: apitype.NeedPIN}),
		begin:  say(apitype.UnlockOffer{Unlock: "u1", Insertion: 17, Account: "anna", Name: "Anna Test"}),
		give:   channel(apitype.PINResult{OK: true}),
		finish: say(apitype.UnlockAnswer{Account: "anna"}),
	}
}

func say(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(v) } // who asks may be gone
}

func refuse(status int, code apitype.Code) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(apitype.Problem{Code: code}) // who asks may be gone
	}
}

func raw(bytes string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, bytes) // who asks may be gone
			_ = conn.Close()
		}
	}
}

// channel is the server's side of the raw channel: eight bytes of insertion, one of length, the PIN.
func channel(answer any) http.HandlerFunc {
	return channelFor(func(string) any { return answer })
}

// channelFor is channel with an answer that depends on the PIN.
func channelFor(answer func(typed string) any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+apitype.UpgradePIN+"\r\n\r\n")
		var head [9]byte
		if _, err := io.ReadFull(rw, head[:]); err != nil || binary.BigEndian.Uint64(head[:]) != 17 {
			return
		}
		typed := make([]byte, head[8])
		if _, err := io.ReadFull(rw, typed); err == nil {
			_ = json.NewEncoder(conn).Encode(answer(string(typed))) // who asks may be gone
		}
	}
}

// silent answers nothing until the caller has had enough.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// killer kills whoever asks, then answers as before says, to nobody.
func killer(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if peer, ok := safesocket.PeerFrom(r.Context()); ok {
			_ = unix.Kill(int(peer.PID), unix.SIGKILL) // it cannot be gone: it waits for the answer
		}
		h(w, r)
	}
}

// server is what plays the service. Every caller is known by the kernel's word.
func server(handlers map[string]http.HandlerFunc) *http.Server {
	mux := http.NewServeMux()
	for question, answer := range handlers {
		mux.HandleFunc(question, answer)
	}
	return &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		peer, _ := safesocket.PeerOf(c) // the zero Peer is nobody that could be killed
		return safesocket.WithPeer(ctx, peer)
	}}
}

// serve answers on a socket until the test ends.
func serve(t *testing.T, handlers map[string]http.HandlerFunc) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := server(handlers)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return socket
}
