package cut

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// asked is a child that is told connections and ends none of them.
type asked struct {
	told chan int
	err  error
}

func (a asked) Sever(_ context.Context, uid uint32, inodes []uint32) (int, error) {
	if uid != anna {
		return 0, errors.New("not anna's")
	}
	a.told <- len(inodes)
	return len(inodes), a.err
}

// server is where browsers of these tests connect to.
func server(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestTheConnectionsOfThePersonsFirefoxAreNamedAndNobodyElses(t *testing.T) {
	to := server(t)
	for name, c := range map[string]struct {
		uid   uint32
		file  string
		args  []string
		rule  bool // a rule names it
		named bool
	}{
		"hers":               {anna, "firefox-esr", []string{"firefox"}, true, true},
		"its socket process": {anna, "firefox", []string{"firefox", childWord, "-parentBuildID", "1", socketWord}, true, true},
		"a page's process":   {anna, "firefox", []string{"firefox", childWord, "-parentBuildID", "1", "tab"}, true, false},
		"another person's":   {bob, "firefox", []string{"firefox"}, true, false},
		"no rule names it":   {anna, "firefox", []string{"firefox"}, false, false},
		"another program":    {anna, "editor", []string{"firefox"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), c.file)
			startProgram(t, program, c.uid, to, c.args...)
			exes := []string{chromium}
			if c.rule {
				exes = append(exes, program)
			}
			child := asked{told: make(chan int, 1)}
			n, err := Cutter{Severer: child}.severed(t.Context(), anna, exes)
			if err != nil || (n == 1) != c.named || len(child.told) != n {
				t.Errorf("%d named, %v", n, err)
			}
		})
	}
}

// TestWhatIsOpenedJustAfterTheCutIsEndedToo is about what a browser still believes, unless the person is back.
func TestWhatIsOpenedJustAfterTheCutIsEndedToo(t *testing.T) {
	program := filepath.Join(t.TempDir(), "firefox")
	startProgram(t, program, anna, server(t), "firefox")
	systems := []system.System{{Kind: system.TLS, Caller: system.Caller{Exe: []string{program}}, Session: system.Session{OnRemoval: []system.Measure{system.NetService}}}}
	for name, c := range map[string]struct {
		back bool
		err  error
		want int
	}{"the card has gone": {false, nil, 2}, "the person is back": {true, nil, 1}, "the child cannot": {false, errors.ErrUnsupported, 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				child := asked{told: make(chan int, 3), err: c.err}
				l := &logins{told: make(chan struct{}, 1), present: make(chan broker.Login, 3), done: make(chan struct{})}
				l.present <- broker.Login{UID: anna, Insertion: 7}
				close(l.done)
				ctx, cancel := context.WithCancel(t.Context())
				over := make(chan struct{})
				go func() {
					defer close(over)
					Cutter{Logins: l, Systems: func() []system.System { return systems }, Severer: child, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
				}()
				if <-child.told; c.back {
					synctest.Wait()
					l.present <- broker.Login{UID: anna, Insertion: 8}
				}
				time.Sleep(2 * believed)
				cancel()
				<-over
				if got := 1 + len(child.told); got != c.want {
					t.Errorf("it was asked %d times", got)
				}
			})
		})
	}
}

func TestTheCommandLineOfAnotherUsersProcessIsNotRead(t *testing.T) {
	dir := fstest.MapFS{"status": {Data: []byte("Name:\tx\nUid:\t61002\t61002\nGid:\t61003\t61003\n")}, "cmdline": {Data: []byte("firefox\x00--secret\x00")}}
	if p, err := look(dir, 61001); err != nil || p.uid != 61002 || p.exe != "" || p.args != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := look(dir, 61002); err != nil || p.exe != "firefox" || len(p.args) != 1 {
		t.Errorf("of the person: %+v, %v", p, err)
	}
}
