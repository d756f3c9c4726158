package forward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
)

// server takes what it likes and remembers the numbers of the rows.
type fakeServer struct {
	most  int // taken at a time before it breaks off; 0 is all
	away  atomic.Bool
	tries atomic.Int32
	seqs  []string
}

var errAway = errors.New("nobody there")

func (s *fakeServer) Send(_ context.Context, messages []Message) (int, error) {
	s.tries.Add(1)
	if s.away.Load() {
		return 0, errAway
	}
	for n, m := range messages {
		if s.most > 0 && n == s.most {
			return n, errAway
		}
		_, rest, _ := strings.Cut(string(m.Syslog), `seq="`)
		seq, _, _ := strings.Cut(rest, `"`)
		s.seqs = append(s.seqs, seq)
	}
	return len(messages), nil
}

// wantRows checks that rows 1 to n have arrived, in order and each once.
func (s *fakeServer) wantRows(t *testing.T, n int) {
	t.Helper()
	var want []string
	for seq := range n {
		want = append(want, fmt.Sprint(seq+1))
	}
	if !slices.Equal(s.seqs, want) {
		t.Errorf("%d rows arrived, want %d: %v", len(s.seqs), n, s.seqs[max(0, len(s.seqs)-20):])
	}
}

// desk is a log with a forwarder that sends it to a server.
type desk struct {
	*audit.Log
	t     *testing.T
	dir   string
	at    time.Time
	s     *fakeServer
	downs atomic.Value // []bool
	stop  func()
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir(), s: &fakeServer{}, at: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}
	l, err := audit.Open(d.dir, audit.Options{Now: func() time.Time { return d.at }})
	if err != nil {
		t.Fatal(err)
	}
	d.Log = l
	t.Cleanup(func() { _ = l.Close() })
	return d
}

func (d *desk) start() {
	ctx, cancel := context.WithCancel(d.t.Context())
	ended := make(chan struct{})
	f := &Forwarder{Dir: d.dir, Target: d.s, Origin: Origin{"pc1", 7}, Wrote: d.Wrote(), Log: slog.New(slog.DiscardHandler),
		Trouble: func(down bool) { d.downs.Store(append(d.told(), down)) }}
	go func() { defer close(ended); f.Run(ctx) }()
	d.stop = func() { cancel(); <-ended }
}

// told is what the forwarder has told so far.
func (d *desk) told() []bool {
	downs, _ := d.downs.Load().([]bool)
	return slices.Clone(downs)
}

// pass lets time pass and everybody come to rest.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (d *desk) write(n int) {
	d.t.Helper()
	for range n {
		if _, err := d.Append(d.t.Context(), audit.Row{Event: audit.CardIn}); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestRowsArriveInOrderOverSegmentsAndRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.start()
		for range 4 {
			d.write(30)
			pass(5 * time.Second)
			d.at = d.at.Add(40 * 24 * time.Hour)
			if err := d.Keep(t.Context(), audit.Keeping{Retention: 1826 * 24 * time.Hour}); err != nil {
				t.Fatal(err)
			}
			d.stop()
			d.write(5)
			d.start()
		}
		pass(5 * time.Second)
		d.stop()
		d.s.wantRows(t, 140)
	})
}

func TestADayWithoutTheServerLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.s.away.Store(true)
		d.start()
		for range 24 {
			d.write(10)
			pass(time.Hour)
		}
		if tries := d.s.tries.Load(); tries < 200 || tries > 700 {
			t.Errorf("the server was tried %d times in a day", tries)
		}
		if !slices.Equal(d.told(), []bool{true}) {
			t.Errorf("told: %v", d.told())
		}
		d.s.away.Store(false)
		pass(20 * time.Minute)
		d.stop()
		d.s.wantRows(t, 24*10)
		if !slices.Equal(d.told(), []bool{true, false}) {
			t.Errorf("told: %v", d.told())
		}
	})
}

func TestAServerThatIsAwayForAMomentIsNotToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.s.away.Store(true)
		d.start()
		d.write(1)
		pass(10 * time.Minute)
		d.s.away.Store(false)
		pass(20 * time.Minute)
		d.stop()
		d.s.wantRows(t, 1)
		if len(d.told()) > 0 {
			t.Errorf("told: %v", d.told())
		}
	})
}

func TestWhatIsNotTakenOverIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.s.most = 3
		d.start()
		d.write(20)
		pass(time.Hour)
		d.stop()
		d.s.wantRows(t, 20)
	})
}

func TestManyRowsAreSentInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.write(2*maxRows + 1)
		d.start()
		pass(time.Second)
		d.stop()
		d.s.wantRows(t, 2*maxRows+1)
		if d.s.tries.Load() != 3 {
			t.Errorf("sent %d times", d.s.tries.Load())
		}
	})
}

func TestALogThatSomebodyChangedIsSentFromItsLiveFileOn(t *testing.T) {
	for name, cursor := range map[string]string{
		"a row that is not there":   audit.Mark{Seq: 99, Hash: audit.Genesis}.String(),
		"a row that was another":    audit.Mark{Seq: 3, Hash: audit.Genesis}.String(),
		"a cursor that was damaged": strings.Repeat("x", 86),
		"no cursor":                 "",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				d.write(5)
				if err := os.WriteFile(filepath.Join(d.dir, CursorName), []byte(cursor), 0o600); err != nil {
					t.Fatal(err)
				}
				d.start()
				pass(time.Minute)
				d.stop()
				d.s.wantRows(t, 5)
			})
		})
	}
}

func TestALogThatIsSentForTheFirstTimeIsSentFromItsLiveFileOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.write(5)
		d.at = d.at.Add(40 * 24 * time.Hour)
		if err := d.Keep(t.Context(), audit.Keeping{Retention: 1826 * 24 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		d.write(2)
		d.start()
		pass(time.Minute)
		d.stop()
		if !slices.Equal(d.s.seqs, []string{"6", "7"}) {
			t.Errorf("rows %v arrived", d.s.seqs)
		}
	})
}
