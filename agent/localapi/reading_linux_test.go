package localapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/audit"
)

// rowOf is a line about a user, as a log has it.
func rowOf(seq int, uid uint32) string {
	return fmt.Sprintf(`{"seq":%d,"prev":%q,"time":"2026-11-22T06:00:00Z","event":"pin.wrong","uid":%d,"reason":%q}`,
		seq, audit.Genesis, uid, strings.Repeat("x", 400)) + "\n"
}

// logOf makes a log with so many rows about a user in the folder that is served.
func (l *lab) logOf(rows int, uid uint32) (path string) {
	l.t.Helper()
	var b strings.Builder
	for n := range rows {
		b.WriteString(rowOf(n+1, uid))
	}
	path = filepath.Join(l.s.AuditDir, audit.FileName)
	if err := os.WriteFile(path+".new", []byte(b.String()), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// ask sends a request, reads the status of the answer and no more, and keeps the connection.
func (l *lab) ask(uid uint32, verb string, status chan<- int) net.Conn {
	l.t.Helper()
	conn, err := net.Dial("unix", l.as(uid).Socket)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request(verb, nil, "")); err != nil {
		l.t.Fatal(err)
	}
	go func() {
		answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
		if err == nil {
			status <- answer.StatusCode
			return
		}
		status <- 0
	}()
	return conn
}

func TestAUserWhoReadsTheLogAgainAndAgainIsHeldBack(t *testing.T) {
	l := newLab(t)
	l.logOf(4000, bertUID)
	status := make(chan int, 5)
	var conns []net.Conn
	for range 5 {
		conns = append(conns, l.ask(bertUID, "GET /v1/audit", status))
	}
	if one, other := <-status, <-status; one+other != http.StatusOK+http.StatusTooManyRequests {
		t.Errorf("of five at once the first two that were answered got %d and %d", one, other)
	}
	for _, uid := range []uint32{rootUID, deskUID} {
		wantStatus(t, l.raw(uid, request("GET /v1/report", nil, "")), http.StatusOK)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	wantStatus(t, l.raw(annaUID, request("GET /v1/report", nil, "")), http.StatusOK)
}

func TestALogIsNotReadOnForACallerWhoHasGone(t *testing.T) {
	l := newLab(t)
	if err := os.Truncate(l.logOf(100, bertUID), 1<<40); err != nil { // a line that takes many minutes to read
		t.Fatal(err)
	}
	status := make(chan int, 1)
	conn := l.ask(bertUID, "GET /v1/audit", status)
	if got := <-status; got != http.StatusOK {
		t.Fatalf("the answer is %d", got)
	}
	l.logOf(1, annaUID)
	_ = conn.Close()
	wantStatus(t, l.raw(annaUID, request("GET /v1/audit", nil, "")), http.StatusOK)
}

func TestThereIsNoReportOfALogThatCannotBeReadToItsEnd(t *testing.T) {
	l := newLab(t)
	path := l.logOf(4000, bertUID)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt([]byte("no row"), 0)
		_ = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, l.raw(rootUID, request("GET /v1/report", nil, "")), http.StatusInternalServerError)
	wantStatus(t, l.raw(bertUID, request("GET /v1/report", nil, "")), http.StatusOK)
}
