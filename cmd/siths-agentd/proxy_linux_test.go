package main

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/courier"
)

func TestWhatIsFetchedGoesThroughThePolicysProxyOfTheTime(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "courier.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	asked := make(chan courier.Question)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			q, _ := courier.ReadQuestion(conn)
			asked <- q
			_ = courier.WriteAnswer(conn, courier.Answer{})
			_ = conn.Close()
		}
	}()
	p := &proxied{courier: &courier.Client{Socket: socket}}
	for _, want := range []string{"", "http://one:1", "http://two:2", ""} {
		p.proxy.Store(&want)
		fetch := courier.Fetch{URL: "http://a/", Limit: 1}
		go func() { _, _ = p.Ask(context.Background(), courier.Question{Timeout: 5 * time.Second, Fetch: &fetch}) }()
		if q := <-asked; q.Fetch == nil || q.Fetch.Proxy != want {
			t.Errorf("asked %+v, want the proxy %q", q.Fetch, want)
		}
	}
}
