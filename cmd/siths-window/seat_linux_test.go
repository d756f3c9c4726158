package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/deskfile"
	"siths-agent/ui/model"
)

// session is the environment of a desktop session with a runtime folder of its own.
func session(t *testing.T) (getenv func(string) string, folder string) {
	t.Helper()
	above, err := os.MkdirTemp("", "seat") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(above) })
	return environment(map[string]string{"XDG_RUNTIME_DIR": above, "XDG_SESSION_ID": "3"}), filepath.Join(above, "siths-agent")
}

func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestASecondStartHandsItsPageToTheWindowThatIsOpen(t *testing.T) {
	t.Parallel()
	getenv, _ := session(t)
	first, err := claim(t.Context(), getenv, model.Page{})
	if err != nil {
		t.Fatal(err)
	}
	defer first.release()
	o := opens(t, newAgent(t, anna(apitype.NeedPIN, 5)).start(), model.Page{})
	o.waits(t, model.PIN)
	go first.serve(t.Context(), o.w.ask)
	if s, err := claim(t.Context(), getenv, model.Page{Kind: model.About}); !errors.Is(err, errShown) || s != nil {
		t.Fatalf("%v", err)
	}
	o.waits(t, model.About)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.raised == 0 {
		t.Error("the window stays where it is")
	}
}

func TestManyStartsAtOnceAreOneWindow(t *testing.T) {
	t.Parallel()
	getenv, _ := session(t)
	var mu sync.Mutex
	asked, seats := 0, 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := claim(t.Context(), getenv, model.Page{Kind: model.Systems})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				seats++
				t.Cleanup(s.release)
				go s.serve(t.Context(), func(context.Context, model.Page) bool {
					mu.Lock()
					defer mu.Unlock()
					asked++
					return true
				})
			} else if !errors.Is(err, errShown) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	mu.Lock()
	defer mu.Unlock()
	if seats != 1 || asked != 7 {
		t.Errorf("%d windows, %d pages handed over", seats, asked)
	}
}

func TestAWindowThatEndsLeavesItsPlaceToTheNext(t *testing.T) {
	t.Parallel()
	getenv, _ := session(t)
	first, err := claim(t.Context(), getenv, model.Page{})
	if err != nil {
		t.Fatal(err)
	}
	go first.serve(t.Context(), func(context.Context, model.Page) bool {
		first.release()
		return false
	})
	second, err := claim(t.Context(), getenv, model.Page{Kind: model.About})
	if err != nil {
		t.Fatal(err)
	}
	second.release()
}

func TestWhatACrashLeavesIsInNobodysWay(t *testing.T) {
	t.Parallel()
	getenv, _ := session(t)
	path, err := deskfile.Path(getenv, "window")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path + ".sock", Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	s, err := claim(t.Context(), getenv, model.Page{})
	if err != nil {
		t.Fatal(err)
	}
	s.release()
}

func TestAWindowThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	getenv, _ := session(t)
	hung, err := claim(t.Context(), getenv, model.Page{})
	if err != nil {
		t.Fatal(err)
	}
	defer hung.release()
	if _, err := claim(t.Context(), getenv, model.Page{}); !errors.Is(err, errSeat) {
		t.Errorf("%v", err)
	}
}

func TestOnlyThePersonAndRootAreAnsweredByTheWindow(t *testing.T) {
	for peer, want := range map[uint32]bool{0: true, 1000: true, 1001: false, 65534: false} {
		if isMate(peer, 1000) != want {
			t.Errorf("user %d at the window of user 1000: %v", peer, !want)
		}
	}
}
