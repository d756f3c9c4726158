package display

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"siths-agent/agent/safesocket"
)

// handshake is how long a display may take to let us in.
const handshake = 5 * time.Second

// connect prefers Wayland, where X is a guest that may come and go.
func connect(ctx context.Context, getenv func(string) string) (net.Conn, error) {
	if name := getenv("WAYLAND_DISPLAY"); name != "" {
		return wayland(ctx, getenv("XDG_RUNTIME_DIR"), name)
	}
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return nil, ErrFar
	}
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// wayland connects to a compositor, which waits for its clients to say something first (Wayland protocol, wl_display).
func wayland(ctx context.Context, runtime, name string) (net.Conn, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(runtime, name)
	}
	return dial(ctx, name)
}

// xserver is a connection to an X server that has let us in.
type xserver struct {
	net.Conn
	setup []byte // what it has said of itself
}

// x11 connects to an X server. One that has not been greeted is thrown out when others come (xorg-server, os/connection.c).
func x11(ctx context.Context, number int, c cookie) (*xserver, error) {
	const folder = "/tmp/.X11-unix/X"
	conn, err := dial(ctx, "@"+folder+strconv.Itoa(number)) // the abstract one, as Xlib does (xcb, _xcb_open)
	if err != nil {
		if conn, err = dial(ctx, folder+strconv.Itoa(number)); err != nil {
			return nil, err
		}
	}
	_ = conn.SetDeadline(time.Now().Add(handshake))
	setup, err := greet(conn, c)
	if err := errors.Join(err, conn.SetDeadline(time.Time{})); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &xserver{conn, setup}, nil
}

// dial connects to a socket that root or this user has: another user's would be told our cookie.
func dial(ctx context.Context, path string) (net.Conn, error) { return safesocket.Dial(ctx, path) }

// local is the number of a display of this machine: ":1", "unix:1", ":1.0" (X(7), DISPLAY NAMES).
func local(name string) (int, bool) {
	host, rest, ok := strings.Cut(name, ":")
	if !ok || host != "" && host != "unix" {
		return 0, false
	}
	digits, _, _ := strings.Cut(rest, ".")
	n, err := strconv.ParseUint(digits, 10, 16)
	return int(n), err == nil
}
