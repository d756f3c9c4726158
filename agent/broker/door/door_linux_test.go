package door

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// house is doors, and who was refused at them.
type house struct {
	*Doors
	refused chan uint32
}

func build(t *testing.T, each, all int) house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := house{refused: make(chan uint32, 1)}
	h.Doors = New(ctx, Options{Dir: filepath.Join(t.TempDir(), "doors"), What: "a test", Each: each, All: all, Log: slog.New(slog.DiscardHandler),
		Refused: func(_ context.Context, uid uint32) { h.refused <- uid }})
	t.Cleanup(func() { cancel(); h.Wait() })
	return h
}

// echo answers each byte with itself until the door closes.
func echo(ctx context.Context, nc net.Conn, _ string) string {
	defer context.AfterFunc(ctx, func() { _ = nc.Close() })()
	_, _ = io.Copy(nc, nc)
	return ""
}

func (h house) add(t *testing.T, ctx context.Context, name string, uid uint32) {
	t.Helper()
	if err := h.Add(ctx, Door{Name: name, UID: uid}, echo); err != nil {
		t.Fatal(err)
	}
}

// isLetIn says whether the service answers who knocks at a door, and returns the connection.
func (h house) isLetIn(t *testing.T, name string) (net.Conn, bool) {
	t.Helper()
	nc, err := net.Dial("unix", h.Path(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_, _ = nc.Write([]byte{7})
	n, _ := nc.Read(make([]byte, 1))
	return nc, n == 1
}

func me() uint32 { return uint32(os.Getuid()) }

func TestAnotherUserIsShownOut(t *testing.T) {
	h := build(t, 8, 8)
	h.add(t, t.Context(), "other", 65534)
	h.add(t, t.Context(), "mine", me())
	if _, in := h.isLetIn(t, "other"); in {
		t.Error("another user is let in")
	} else if uid := <-h.refused; uid != me() {
		t.Errorf("user %d was refused", uid)
	}
	if _, in := h.isLetIn(t, "mine"); !in {
		t.Error("its own user is not let in")
	}
}

func TestConnectionsToADoorAndToAllAreBounded(t *testing.T) {
	h := build(t, 2, 3)
	h.add(t, t.Context(), "a", me())
	h.add(t, t.Context(), "b", me())
	var last net.Conn
	for i, c := range []struct {
		door string
		in   bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", false}} {
		nc, in := h.isLetIn(t, c.door)
		if in != c.in {
			t.Errorf("connection %d is let in: %v", i, in)
		}
		if in {
			last = nc
		}
	}
	_ = last.Close()
	for t.Context().Err() == nil { // the place is free when the service has noticed
		if _, in := h.isLetIn(t, "b"); in {
			return
		}
	}
	t.Error("who leaves makes no room")
}

func TestADoorClosesWithWhatItIsForAndOpensAnew(t *testing.T) {
	h := build(t, 8, 8)
	ctx, cancel := context.WithCancel(t.Context())
	h.add(t, ctx, "a", me())
	h.add(t, ctx, "a", me())
	nc, in := h.isLetIn(t, "a")
	if !in {
		t.Fatal("it is not open")
	}
	cancel()
	if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("its connection goes on: %v", err)
	}
	if err := h.Add(ctx, Door{Name: "a", UID: me()}, echo); !errors.Is(err, context.Canceled) {
		t.Errorf("what is over opens a door: %v", err)
	}
	for { // the door is closed once its file is gone
		if _, err := os.Lstat(h.Path("a")); errors.Is(err, os.ErrNotExist) {
			break
		}
	}
	for t.Context().Err() == nil {
		h.add(t, t.Context(), "a", me())
		if _, err := os.Lstat(h.Path("a")); err == nil {
			break
		}
	}
	if _, in := h.isLetIn(t, "a"); !in {
		t.Error("it does not open anew")
	}
}

func TestWithTheServiceAllDoorsClose(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := New(ctx, Options{Dir: t.TempDir(), Each: 1, All: 1, Log: slog.New(slog.DiscardHandler)})
	if err := d.Add(t.Context(), Door{Name: "a", UID: me()}, echo); err != nil {
		t.Fatal(err)
	}
	cancel()
	d.Wait()
	if _, err := os.Lstat(d.Path("a")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
}
