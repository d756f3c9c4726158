package handover

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/fdstore"
)

// manager is a service manager that keeps so many descriptors for this process.
func manager(t *testing.T, most int) *fdstore.Manager {
	t.Helper()
	m, err := fdstore.Listen(filepath.Join(t.TempDir(), "notify"), most)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	if err := m.Start(func() (int, error) { return os.Getpid(), nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// pair is both ends of a connection.
func pair(t *testing.T) (here, there net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if there, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.Close() })
	_ = there.SetReadDeadline(time.Now().Add(time.Minute))
	if here, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return here, there
}

func TestAConnectionGoesOnInTheNextProcess(t *testing.T) {
	m := manager(t, 8)
	first := New(m.Path(), nil, quiet())
	here, there := pair(t)
	if err := errors.Join(first.Put("p11-1000", "a note", here), here.Close(), first.Settle(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(there, "while nobody reads"); err != nil {
		t.Fatal(err)
	}
	second := New(m.Path(), m.Kept(), quiet())
	if doors := second.Doors(); !slices.Equal(doors, []string{"p11-1000"}) {
		t.Errorf("doors are %q", doors)
	}
	conns := second.Take("p11-1000")
	if len(conns) != 1 || conns[0].Note != "a note" || len(second.Take("p11-1000")) != 0 {
		t.Fatalf("it has got %+v", conns)
	}
	got := make([]byte, 18)
	if _, err := io.ReadFull(conns[0], got); err != nil || string(got) != "while nobody reads" {
		t.Errorf("it reads %q: %v", got, err)
	}
	// Nobody else holds it any more: what is closed here has ended.
	if err := errors.Join(second.Settle(time.Minute), conns[0].Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := there.Read(got); !errors.Is(err, io.EOF) {
		t.Errorf("the other end goes on: %v", err)
	}
}

func TestWhatNobodyTakesIsClosed(t *testing.T) {
	m := manager(t, 8)
	first := New(m.Path(), nil, quiet())
	here, there := pair(t)
	if err := errors.Join(first.Put("a", "1", here), here.Close(), first.Settle(time.Minute)); err != nil {
		t.Fatal(err)
	}
	second := New(m.Path(), m.Kept(), quiet())
	if n := second.Drop(); n != 1 {
		t.Errorf("%d are dropped", n)
	}
	if err := second.Settle(time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := there.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the other end goes on: %v", err)
	}
}

func TestWhatIsNoConnectionIsNotTaken(t *testing.T) {
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	s := New("", []*os.File{file}, quiet())
	if conns := s.Take("/dev/null"); len(conns) != 0 {
		t.Errorf("it is %v", conns)
	}
	if doors := s.Doors(); !slices.Equal(doors, []string{""}) {
		t.Errorf("doors are %q", doors)
	}
	if conns := s.Take(""); len(conns) != 0 {
		t.Errorf("it is %v", conns)
	}
}

func TestWithoutAServiceManagerNothingIsKept(t *testing.T) {
	here, _ := pair(t)
	defer func() { _ = here.Close() }()
	var none *Store
	for _, s := range []*Store{none, New("", nil, quiet())} {
		if err := s.Put("a", "1", here); !errors.Is(err, ErrNobody) {
			t.Errorf("keeping it comes to %v", err)
		}
		if err := s.Settle(time.Minute); err != nil || s.Drop() != 0 || s.Doors() != nil {
			t.Errorf("there is something in it: %v", err)
		}
	}
}

func TestANameThatIsTooLongIsNotSent(t *testing.T) {
	m := manager(t, 8)
	here, _ := pair(t)
	defer func() { _ = here.Close() }()
	s := New(m.Path(), nil, quiet())
	if err := s.Put("a", strings.Repeat("1", nameLimit), here); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("it comes to %v", err)
	}
	if err := s.Settle(time.Minute); err != nil || len(m.Kept()) != 0 {
		t.Errorf("it is kept: %v", err)
	}
}

func TestAServiceManagerThatDoesNotListenHoldsUpNobody(t *testing.T) {
	deaf, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = deaf.Close() }()
	s := New(deaf.LocalAddr().String(), nil, quiet())
	if err := s.Settle(time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it comes to %v", err)
	}
}
