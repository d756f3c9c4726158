package cycles

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/pcsc"
)

// monitorRole is the name by which this program is a monitor instead of a test.
const monitorRole = "monitor"

// TestMain plays a monitor where it was started by the name of one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == monitorRole {
		monitor()
		return
	}
	soak.Together(places)
	os.Exit(m.Run())
}

// monitor writes when each card is seen to leave, in nanoseconds. It hears of it in the same moment as the service.
func monitor() {
	hub := pcsc.Hub{}
	_ = hub.Run(context.Background(), func(e pcsc.Event) { // it runs until it is killed
		switch e.Kind {
		case pcsc.Readers:
			fmt.Println(0)
		case pcsc.CardOut:
			fmt.Println(time.Now().UnixNano())
		}
	})
}

// watchRemovals starts a monitor in the workplace and returns its times, once it is watching.
func watchRemovals(t *testing.T, w *workplace.Workplace) <-chan time.Time {
	t.Helper()
	self, err := os.Executable()
	w.Must(err)
	program := w.Path(monitorRole)
	w.Must(os.Symlink(self, program))
	told, out := io.Pipe()
	w.Start(stack.Cmd{Path: program, Stdout: out})
	lines := bufio.NewScanner(told)
	if !lines.Scan() {
		t.Fatalf("the monitor said nothing: %v", lines.Err())
	}
	seen := make(chan time.Time, 16)
	go func() {
		for lines.Scan() {
			if ns, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil && ns > 0 {
				seen <- time.Unix(0, ns)
			}
		}
	}()
	t.Cleanup(func() { _ = told.Close() })
	return seen
}
