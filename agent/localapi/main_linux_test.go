package localapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

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

// floodRole opens 100 connections, prints how many the service keeps, and holds them until its input ends.
func floodRole() {
	kept := 0
	for range 100 {
		conn, err := net.Dial("unix", os.Getenv("SITHS_AGENT_SOCKET"))
		if err != nil {
			continue
		}
		_, _ = io.WriteString(conn, "GET /v1/watch HTTP/1.1\r\nHost: siths-agent\r\n\r\n")
		if n, _ := conn.Read(make([]byte, 64)); n > 0 {
			kept++
		}
	}
	fmt.Println(kept)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
