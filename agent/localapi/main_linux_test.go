package localapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// TestMain plays a role where it was started as another user.
func TestMain(m *testing.M) {
	switch os.Getenv("ROLE") {
	case "snapshot":
		snapshotRole()
	case "flood":
		floodRole()
	default:
		os.Exit(m.Run())
	}
}

// snapshotRole prints the snapshot.
func snapshotRole() {
	s, err := (&client.Client{}).Snapshot(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(s)
}

// floodRole opens 100 connections, prints how many the service keeps and how many of the others it tells to come again,
// what a client of ours says then, and holds them until its input ends.
func floodRole() {
	kept, told := 0, 0
	for range 100 {
		conn, err := net.Dial("unix", os.Getenv("SITHS_AGENT_SOCKET"))
		if err != nil {
			continue
		}
		_, _ = io.WriteString(conn, "GET /v1/watch HTTP/1.1\r\nHost: siths-agent\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		switch {
		case err != nil:
		case answer.StatusCode == http.StatusOK:
			kept++
		case answer.StatusCode == http.StatusTooManyRequests && answer.Header.Get("Retry-After") != "":
			told++
		}
	}
	_, err := (&client.Client{}).Snapshot(context.Background())
	var p *apitype.Problem
	if !errors.As(err, &p) {
		p = &apitype.Problem{}
	}
	fmt.Println(kept, told, p.Code)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
