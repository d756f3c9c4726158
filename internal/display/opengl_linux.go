package display

import (
	"context"
	"errors"
	"time"
)

// glTime is how long a display may take to say whether it has OpenGL: somebody waits for a window.
const glTime = time.Second

func openGL(ctx context.Context, getenv func(string) string) error {
	ctx, cancel := context.WithTimeout(ctx, glTime)
	defer cancel()
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") != "" {
		conn, err := wayland(ctx, getenv("XDG_RUNTIME_DIR"), getenv("WAYLAND_DISPLAY"))
		if err != nil {
			return err
		}
		return conn.Close()
	}
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return ErrFar
	}
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return err
	}
	return errors.Join(conn.SetDeadline(time.Now().Add(glTime)), askGLX(conn), conn.Close())
}
