package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

// standIn is a service on a unix socket that answers from files, so that a script can say what it answers:
//
//	snapshot  the snapshots, one a line; the last one is the present state
//	pin       the answer to a PIN
//	audit     the rows
//	mark      how far they go at least; then they are of three files
//	report    the report
//	admap     the mapping
//	systems   the business systems
//	entry     what opens one
//	explained why it does or not
//	deny      the paths that are forbidden
//	problem   a problem that everything answers with
//	cut       when there, a watch ends after the last snapshot
//
// It writes down in "got" every PIN with its insertion, and every lock.
type standIn struct {
	dir string
}

// serveStandIn serves dir on its agent.sock until the returned function is called.
func serveStandIn(dir string) (stop func(), err error) {
	l, err := net.Listen("unix", filepath.Join(dir, "agent.sock"))
	if err != nil {
		return nil, err
	}
	s := &standIn{dir: dir}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/snapshot", s.snapshot)
	mux.HandleFunc("GET /v1/watch", s.watch)
	mux.HandleFunc("GET /v1/audit", func(w http.ResponseWriter, _ *http.Request) {
		if mark := s.file("mark"); mark != "" {
			w.Header().Set(apitype.HeaderAuditHead, strings.TrimSpace(mark))
			w.Header().Set(apitype.HeaderAuditFiles, "3")
		}
		_, _ = io.WriteString(w, s.file("audit"))
	})
	mux.HandleFunc("GET /v1/admap", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s.file("admap")) })
	mux.HandleFunc("GET /v1/report", func(w http.ResponseWriter, r *http.Request) {
		s.note("report " + r.URL.RawQuery)
		_, _ = io.WriteString(w, s.file("report"))
	})
	mux.HandleFunc("POST /v1/lock", func(w http.ResponseWriter, _ *http.Request) {
		s.note("lock")
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /v1/pin", s.pin)
	s.systems(mux)
	server := &http.Server{Handler: s.guard(mux)}
	go func() { _ = server.Serve(l) }()
	return func() { _ = server.Close() }, nil
}

// systems answers for business systems: those that are not in the file "systems" are unknown, and none keeps a secret.
func (s *standIn) systems(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/systems", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s.file("systems")) })
	about := func(pattern string, f func(w http.ResponseWriter, r *http.Request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(s.file("systems"), `"name":"`+r.PathValue("name")+`"`) {
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, `{"code":"system.unknown"}`)
				return
			}
			f(w, r)
		})
	}
	noted := func(r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.note(r.URL.Path + " " + string(body))
	}
	about("POST /v1/systems/{name}/acquire", func(w http.ResponseWriter, r *http.Request) {
		noted(r)
		_, _ = io.WriteString(w, s.file("entry"))
	})
	about("POST /v1/systems/{name}/explain", func(w http.ResponseWriter, r *http.Request) {
		noted(r)
		_, _ = io.WriteString(w, s.file("explained"))
	})
	about("POST /v1/systems/{name}/release", func(w http.ResponseWriter, r *http.Request) {
		noted(r)
		w.WriteHeader(http.StatusNoContent)
	})
	none := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"code":"system.denied"}`)
	}
	about("POST /v1/systems/{name}/enroll", none)
	about("DELETE /v1/systems/{name}/secret", none)
}

func (s *standIn) file(name string) string {
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return ""
	}
	return string(b)
}

func (s *standIn) note(line string) {
	f, err := os.OpenFile(filepath.Join(s.dir, "got"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	fmt.Fprintln(f, line)
}

func (s *standIn) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := s.file("problem"); {
		case r.Host != apitype.Host:
			http.Error(w, "wrong host", http.StatusMisdirectedRequest)
		case strings.Contains(s.file("deny"), r.URL.Path):
			w.WriteHeader(http.StatusForbidden)
		case p != "":
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, p)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *standIn) snapshot(w http.ResponseWriter, _ *http.Request) {
	lines := strings.Split(strings.TrimSpace(s.file("snapshot")), "\n")
	_, _ = io.WriteString(w, lines[len(lines)-1]+"\n")
}

func (s *standIn) watch(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, s.file("snapshot"))
	_ = http.NewResponseController(w).Flush()
	if _, err := os.Stat(filepath.Join(s.dir, "cut")); err != nil {
		<-r.Context().Done()
	}
}

// pin takes a PIN the way that the service does: upgrade, insertion number, length, PIN.
func (s *standIn) pin(w http.ResponseWriter, r *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+apitype.UpgradePIN+"\r\n\r\n")
	var head [9]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return
	}
	pin := make([]byte, head[8])
	if _, err := io.ReadFull(conn, pin); err != nil {
		return
	}
	line := fmt.Sprintf("insertion %d pin %s", binary.BigEndian.Uint64(head[:8]), pin)
	if r.Header.Get(apitype.HeaderLastTry) == "yes" {
		line += " last-try"
	}
	s.note(line)
	_, _ = io.WriteString(conn, s.file("pin"))
}

// lab is a folder with a stand-in in it that answers with the files given.
func lab(t *testing.T, files map[string]string) (dir, socket string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stop, err := serveStandIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return dir, filepath.Join(dir, "agent.sock")
}
