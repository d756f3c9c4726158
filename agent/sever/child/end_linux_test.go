package child

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/broker/caller"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/sever"
)

// The people of these tests, who have no other sockets on the machine.
const (
	anna = 61811
	bob  = 61812
)

// of makes something as a user.
func of[T any](t *testing.T, uid uint32, make func() (T, error)) T {
	t.Helper()
	var made T
	var err error
	if failed := caller.AsUser(uid, uid, func() { made, err = make() }); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	return made
}

// listener waits at a free port of a user's.
func listener(t *testing.T, uid uint32, network, address string) net.Listener {
	t.Helper()
	l := of(t, uid, func() (net.Listener, error) { return net.Listen(network, address) })
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// connection is one of a user's to a listener, by its end at that user and the other.
func connection(t *testing.T, uid uint32, l net.Listener) (near, far net.Conn) {
	t.Helper()
	near = of(t, uid, func() (net.Conn, error) { return net.Dial(l.Addr().Network(), l.Addr().String()) })
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

// inode is a socket's number, as proc(5) shows it.
func inode(t *testing.T, c any) uint32 {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var st syscall.Stat_t
	if control := raw.Control(func(fd uintptr) { err = syscall.Fstat(int(fd), &st) }); control != nil || err != nil {
		t.Fatal(control, err)
	}
	return uint32(st.Ino)
}

// carries says whether what is sent on a connection arrives.
func carries(near, far net.Conn) bool {
	limit := time.Now().Add(time.Minute)
	if err := errors.Join(near.SetDeadline(limit), far.SetDeadline(limit)); err != nil {
		return false
	}
	if _, err := far.Write([]byte("x")); err != nil {
		return false
	}
	_, err := io.ReadFull(near, make([]byte, 1))
	return err == nil
}

func TestOnlyTheConnectionsThatAreNamedAndThePersonsAreEnded(t *testing.T) {
	for _, at := range []struct{ network, address string }{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		t.Run(at.network, func(t *testing.T) {
			l := listener(t, 0, at.network, at.address)
			hers, atHers := connection(t, anna, l)
			other, atOther := connection(t, anna, l)
			his, atHis := connection(t, bob, l)
			roots, atRoots := connection(t, 0, l)
			named := []uint32{inode(t, hers), inode(t, his), inode(t, roots)}
			if n, err := end(sever.Question{UID: anna, Inodes: named}); err != nil || n != 1 {
				t.Errorf("%d ended, %v", n, err)
			}
			if n, err := end(sever.Question{UID: 0, Inodes: named}); err != nil || n != 0 {
				t.Errorf("%d of root's ended, %v", n, err)
			}
			if carries(hers, atHers) {
				t.Error("her connection goes on")
			}
			if !carries(other, atOther) || !carries(his, atHis) || !carries(roots, atRoots) {
				t.Error("another connection than the person's that was named has ended")
			}
		})
	}
}

func TestWhatOthersHaveOpenedToABrowserGoesOn(t *testing.T) {
	l := listener(t, anna, "tcp4", "127.0.0.1:0")
	near, far := connection(t, bob, l)
	if n, err := end(sever.Question{UID: anna, Inodes: []uint32{inode(t, l), inode(t, far)}}); err != nil || n != 0 {
		t.Errorf("%d ended, %v", n, err)
	}
	if !carries(near, far) {
		t.Error("it has ended")
	}
	if again, atAgain := connection(t, bob, l); !carries(again, atAgain) {
		t.Error("nobody waits any more")
	}
}

func TestADatagramSocketOfThePersonsHearsOfItsEnd(t *testing.T) {
	l := of(t, 0, func() (net.PacketConn, error) { return net.ListenPacket("udp4", "127.0.0.1:0") })
	defer func() { _ = l.Close() }()
	near := of(t, anna, func() (net.Conn, error) { return net.Dial("udp4", l.LocalAddr().String()) })
	defer func() { _ = near.Close() }()
	if n, err := end(sever.Question{UID: anna, Inodes: []uint32{inode(t, near)}}); err != nil || n != 1 {
		t.Errorf("%d ended, %v", n, err)
	}
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNABORTED) {
		t.Errorf("it hears %v", err)
	}
}

func TestAQuestionThatNamesNothingIsRefused(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "sever.sock")
	l, err := safesocket.ListenPrivate(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- Serve(ctx, l) }()
	c := &sever.Client{Socket: socket}
	if n, err := c.Sever(ctx, anna, nil); n != 0 || !errors.Is(err, sever.ErrFailed) {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := c.Sever(ctx, anna, []uint32{1<<32 - 1}); n != 0 || err != nil {
		t.Errorf("a socket that is not there: %d, %v", n, err)
	}
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(request(20, 0, kind{2, 6}, [idLen]byte{}))
	f.Add(append([]byte{16 + messageLen, 0, 0, 0, 20, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, make([]byte, messageLen)...))
	f.Add([]byte{20, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255})
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, answer []byte) {
		found, _, err := parse(6, answer)
		if len(found)*(headLen+messageLen) > len(answer) {
			t.Errorf("%d sockets in %d bytes, %v", len(found), len(answer), err)
		}
		if some := connections(sever.Question{UID: 7, Inodes: []uint32{0, 1}}, found); len(some) > len(found) {
			t.Errorf("%d of %d", len(some), len(found))
		}
	})
}
