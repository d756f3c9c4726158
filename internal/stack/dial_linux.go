package stack

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Dial connects to an address in the lab's own network, from outside of it.
func (l *Lab) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	dialled := make(chan result, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, since it belongs to the lab's network now
		conn, err := l.dialWithin(ctx, network, address)
		dialled <- result{conn, err}
	}()
	r := <-dialled
	return r.conn, r.err
}

// dialWithin takes the calling thread into the lab's network. A socket stays in the one that it was made in.
func (l *Lab) dialWithin(ctx context.Context, network, address string) (net.Conn, error) {
	space, err := os.Open("/proc/" + strconv.Itoa(l.holder.Process.Pid) + "/ns/net")
	if err != nil {
		return nil, err
	}
	defer func() { _ = space.Close() }()
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("entering the lab's network: %w", err)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
