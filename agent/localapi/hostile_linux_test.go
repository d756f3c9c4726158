package localapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/agent/safesocket"
	"siths-agent/internal/stall"
)

func TestBrowsersAreTurnedAway(t *testing.T) {
	l := newLab(t)
	for name, text := range map[string]string{
		"an origin":    request("GET /v1/snapshot", []string{"Origin: null"}, ""),
		"a referer":    request("POST /v1/lock", []string{"Referer: http://siths-agent/"}, ""),
		"another host": "GET /v1/snapshot HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"a port":       "GET /v1/snapshot HTTP/1.1\r\nHost: siths-agent:80\r\nConnection: close\r\n\r\n",
		"a whole URL":  "GET http://evil.example/v1/snapshot HTTP/1.1\r\nHost: siths-agent\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) { wantStatus(t, l.raw(rootUID, text), http.StatusForbidden) })
	}
	if asked, _, _ := l.b.taken(); len(asked) != 0 {
		t.Errorf("the agent was asked %v", asked)
	}
}

func TestRequestsThatAreNotWellFormedAreRefused(t *testing.T) {
	l := newLab(t)
	begin := func(body string) string { return request("POST /v1/unlock/begin", nil, body) }
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"an unknown field":          {begin(`{"account":"anna","admin":true}`), 400},
		"a second value":            {begin(`{"account":"anna"}{"account":"root"}`), 400},
		"a stray bracket":           {begin(`{"account":"anna"}]`), 400},
		"no value":                  {begin(``), 400},
		"another type":              {begin(`["anna"]`), 400},
		"a number for a text":       {begin(`{"account":1000}`), 400},
		"text that is not UTF-8":    {begin("{\"account\":\"ann\xe5\"}"), 400},
		"a body that is too long":   {begin(`{"account":"` + strings.Repeat("a", 17<<10) + `"}`), 400},
		"a body that is too deep":   {begin(strings.Repeat("[", 12000)), 400},
		"headers that are too long": {request("GET /v1/snapshot", []string{"X: " + strings.Repeat("a", 64<<10)}, ""), 431},
		"an unknown path":           {request("GET /v1/secrets", nil, ""), 404},
		"a path that climbs":        {request("GET /v1/../v1/audit/../../etc/passwd", nil, ""), 400},
		"a path with two slashes":   {request("GET //v1/snapshot", nil, ""), 400},
		"a path that is encoded":    {request("GET /v1/%73napshot", nil, ""), 400},
		"a query":                   {request("GET /v1/snapshot?x=1", nil, ""), 400},
		"a whole URL of our host":   {request("GET http://siths-agent/v1/snapshot", nil, ""), 400},
		"a body where none is read": {request("GET /v1/snapshot", nil, "{}"), 400},
		"switching elsewhere":       {request("GET /v1/snapshot", []string{"Upgrade: siths-pin"}, ""), 400},
		"switching to two things":   {request("POST /v1/pin", []string{"Upgrade: siths-pin", "Upgrade: h2c"}, ""), 400},
		"two unlocks":               {request("POST /v1/pin", []string{"Upgrade: siths-pin", apitype.HeaderUnlock + ": a", apitype.HeaderUnlock + ": b"}, ""), 400},
		"two hosts":                 {request("GET /v1/snapshot", []string{"Host: siths-agent"}, ""), 400},
		"two lengths":               {request("GET /v1/snapshot", []string{"Content-Length: 7"}, ""), 400},
		"HTTP/2":                    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 403},
		"another method":            {request("DELETE /v1/snapshot", nil, ""), 405},
		"no HTTP":                   {"hello\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) { wantStatus(t, l.raw(rootUID, c.text), c.want) })
	}
	if asked, _, _ := l.b.taken(); len(asked) != 0 {
		t.Errorf("the agent was asked %v", asked)
	}
}

func TestACallerWhomTheKernelDoesNotNameHasNoRights(t *testing.T) {
	l := newLab(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/v1/health", nil)
	r.Host = apitype.Host
	l.s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("the answer is %d", w.Code)
	}
}

func TestTheKernelSaysWhoIsCalling(t *testing.T) {
	l := newLab(t)
	socket := l.serve()
	for uid, sees := range map[uint32]bool{annaUID: true, bertUID: false} {
		out, err := runAs(t, uid, "snapshot", socket).Output()
		var s apitype.Snapshot
		if err == nil {
			err = json.Unmarshal(out, &s)
		}
		if err != nil || s.V != 1 || (s.Holder != nil) != sees {
			t.Errorf("uid %d sees %+v, %v", uid, s, err)
		}
	}
	if s, err := (&client.Client{Socket: socket}).Snapshot(context.Background()); err != nil || s.Holder == nil {
		t.Errorf("root sees %+v, %v", s, err)
	}
}

func TestAUserThatFloodsKeepsNobodyElseAway(t *testing.T) {
	l := newLab(t)
	socket := l.serve()
	flood := runAs(t, bertUID, "flood", socket)
	hold, err := flood.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := flood.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := flood.Start(); err != nil {
		t.Fatal(err)
	}
	var kept, told int
	var code apitype.Code
	if _, err := fmt.Fscanln(bufio.NewReader(out), &kept, &told, &code); err != nil || kept != 64 || told != 36 || code != apitype.AgentUnreachable {
		t.Errorf("of 100 connections %d were kept and %d told to come again, a client said %q: %v", kept, told, code, err)
	}
	clock := stall.Begin()
	if _, err := (&client.Client{Socket: socket}).Snapshot(context.Background()); err != nil || clock.Took() > time.Second {
		t.Errorf("root got %v after %v", err, clock.Took())
	}
	if _, err := runAs(t, annaUID, "snapshot", socket).Output(); err != nil {
		t.Errorf("anna got %v", err)
	}
	_ = hold.Close()
	if err := flood.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := runAs(t, bertUID, "snapshot", socket).Output(); err != nil {
		t.Errorf("bert, who has let go, got %v", err)
	}
}

func TestManyUsersThatFloodTogetherKeepNobodyElseAway(t *testing.T) {
	l := newLab(t)
	socket := l.serve()
	for i := range uint32(12) {
		flood := runAs(t, 2000+i, "flood", socket)
		hold, err := flood.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := flood.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := flood.Start(); err != nil {
			t.Fatal(err)
		}
		var kept int
		if _, err := fmt.Fscan(bufio.NewReader(out), &kept); err != nil || kept == 0 {
			t.Errorf("flood %d kept %d: %v", i, kept, err)
		}
		defer func() { _ = hold.Close(); _ = flood.Wait() }()
	}
	if _, err := runAs(t, annaUID, "snapshot", socket).Output(); err != nil {
		t.Errorf("anna got %v", err)
	}
}

func TestTheGroupIsNotAskedForEveryRequest(t *testing.T) {
	l := newLab(t)
	asked := 0
	l.s.Helpdesk = func(uint32) bool { asked++; return false }
	for range 10 {
		wantStatus(t, l.raw(annaUID, request("GET /v1/health", nil, "")), 200)
	}
	if asked != 1 {
		t.Errorf("ten requests asked %d times", asked)
	}
}

func FuzzRequestBodies(f *testing.F) {
	for _, seed := range []string{`{}`, `{"account":"anna","service":"x"}`, `{"account":1}`, `{"a":1}`, `[]`, "{\"account\":\"\xff\"}", `{}{}`, `null`} {
		f.Add([]byte(seed))
	}
	l := newLab(f)
	api := l.s.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range []string{"/v1/unlock/begin", "/v1/unlock/finish", "/v1/session", "/v1/systems/journal/explain"} {
			r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			r.Host = apitype.Host
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r.WithContext(safesocket.WithPeer(r.Context(), safesocket.Peer{UID: rootUID})))
			taken := w.Code == http.StatusOK || w.Code == http.StatusNoContent
			if !taken && w.Code != http.StatusBadRequest {
				t.Errorf("%s answered %d", path, w.Code)
			}
			if taken && (!json.Valid(body) || !utf8.Valid(body) || len(body) > 16<<10) {
				t.Errorf("%s took %q", path, body)
			}
		}
	})
}
