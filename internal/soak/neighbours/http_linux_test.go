package neighbours

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
)

// trick is a request that no client of ours makes, and the status that it gets.
type trick struct {
	text   string
	status int
}

// tricks are sent as root, who may do everything but this.
func tricks() map[string]trick {
	get := func(headers ...string) string { return request("GET", "/v1/snapshot", "", headers...) }
	plain := func(line string) string { return line + " HTTP/1.1\r\nHost: siths-agent\r\n\r\n" }
	begin := "POST /v1/unlock/begin HTTP/1.1\r\nHost: siths-agent\r\n"
	return map[string]trick{
		"an origin":             {get("Origin: https://evil.example"), 403},
		"no origin":             {get("Origin: null"), 403},
		"an origin to switch":   {request("POST", "/v1/pin", "", "Upgrade: siths-pin", "Origin: http://siths-agent"), 403},
		"a referer":             {get("Referer: http://siths-agent/"), 403},
		"another host":          {"GET /v1/snapshot HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
		"no host":               {"GET /v1/snapshot HTTP/1.0\r\n\r\n", 403},
		"two hosts":             {get("Host: siths-agent"), 400},
		"another's URL":         {plain("GET http://evil.example/v1/snapshot"), 403},
		"our URL":               {plain("GET http://siths-agent/v1/snapshot"), 400},
		"two slashes":           {plain("GET //v1/snapshot"), 400},
		"dots":                  {plain("GET /v1/x/../snapshot"), 400},
		"encoded dots":          {plain("GET /v1/%2e%2e/v1/snapshot"), 400},
		"an encoded slash":      {plain("GET /v1%2fsnapshot"), 400},
		"a query":               {plain("GET /v1/snapshot?a=b"), 400},
		"a last slash":          {plain("GET /v1/snapshot/"), 400},
		"DELETE":                {plain("DELETE /v1/snapshot"), 405},
		"TRACE":                 {plain("TRACE /v1/snapshot"), 405},
		"CONNECT":               {"CONNECT siths-agent HTTP/1.1\r\nHost: siths-agent\r\n\r\n", 400},
		"a verb of its own":     {plain("UNLOCK /v1/snapshot"), 405},
		"a lock by GET":         {plain("GET /v1/lock"), 405},
		"HTTP/2":                {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 403},
		"switching to HTTP/2":   {get("Upgrade: h2c", "Connection: Upgrade"), 400},
		"two things to be":      {request("POST", "/v1/pin", "", "Upgrade: siths-pin", "Upgrade: h2c"), 400},
		"switching to nothing":  {request("POST", "/v1/pin", ""), 426},
		"two lengths":           {begin + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"a length below 0":      {begin + "Content-Length: -1\r\n\r\n{}", 400},
		"a coding of its own":   {begin + "Transfer-Encoding: gzip\r\n\r\n{}", 501},
		"a folded header":       {plain("GET /v1/snapshot") + " x\r\n\r\n", 200}, // what follows is another request
		"a space in a header":   {get("X-A : b"), 400},
		"a NUL in a header":     {get("X-A: \x00"), 400},
		"a body with a GET":     {request("GET", "/v1/snapshot", "{}"), 400},
		"depth of 10,000":       {request("POST", "/v1/unlock/begin", strings.Repeat("[", 10000)), 400},
		"text that is no UTF-8": {request("POST", "/v1/unlock/begin", "{\"account\":\"\xff\"}"), 400},
		"a NUL in the account":  {request("POST", "/v1/unlock/begin", `{"account":"anna`+"\x00"+`"}`), 400},
		"a huge header":         {get("X: " + strings.Repeat("a", 64<<10)), 431},
	}
}

func TestNoTrickInARequestGetsThrough(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{})
	card := w.InsertAnna()
	before := len(w.Rows())
	for name, trick := range tricks() {
		told := w.sent(trick.text)
		if line, _, _ := strings.Cut(told, "\r\n"); !strings.Contains(line, fmt.Sprintf(" %d ", trick.status)) {
			t.Errorf("%s: got %q, not %d", name, line, trick.status)
		}
	}
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN || len(w.Rows()) != before {
		t.Errorf("afterwards it is %s, with %d rows, not %d", s.Phase, len(w.Rows()), before)
	}
	w.WantVerify(card, 0)
	w.Unlock()
	open := listening(slices.Concat(w.Children(), w.Couriers(), []int{w.Service.PID()})...)
	if len(open) > 0 {
		t.Errorf("our processes listen: %v", open)
	}
	soak.Report(t, soak.Row{ID: "4.3", Name: "HTTP tricks as root, and network listeners of the service and its children",
		Asked: "all refused, nothing done, 0 listeners", Found: fmt.Sprintf("%d tricks, %d listeners", len(tricks()), len(open)),
		Command: "make soak ONLY=TestNoTrick"})
}

// sent sends a text as root, closes its own side, and returns the answer.
func (w *world) sent(text string) string {
	w.t.Helper()
	conn, err := net.Dial("unix", w.API.Socket)
	w.Must(err)
	defer func() { _ = conn.Close() }()
	answer := make([]byte, 4096)
	go func() { _, _ = conn.Write([]byte(text)) }()
	n, err := conn.Read(answer)
	if err != nil {
		return err.Error()
	}
	return string(answer[:n])
}

// listening finds the TCP, UDP, raw and packet sockets of processes: whatever is in their network's tables and in one
// of their descriptors (proc_net(5)).
func listening(pids ...int) []string {
	var found []string
	for _, pid := range pids {
		var inodes []string
		links, _ := filepath.Glob(workplace.ProcFile(pid, "fd/*")) // the pattern is well-formed
		for _, link := range links {
			if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:[") {
				inodes = append(inodes, strings.Trim(target, "socket:[]"))
			}
		}
		for _, table := range strings.Fields("tcp tcp6 udp udp6 udplite udplite6 raw raw6 packet") {
			for line := range strings.Lines(workplace.ReadIfThere(workplace.ProcFile(pid, "net/"+table))) {
				if slices.ContainsFunc(strings.Fields(line), func(f string) bool { return slices.Contains(inodes, f) }) {
					found = append(found, fmt.Sprintf("%d %s %s", pid, table, strings.TrimSpace(line)))
				}
			}
		}
	}
	return found
}

func TestAListenerWouldBeFound(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if found := listening(os.Getpid()); len(found) != 1 {
		t.Errorf("found %v", found)
	}
}
