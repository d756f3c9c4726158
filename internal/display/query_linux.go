package display

import (
	"context"
	"fmt"
)

// Ask asks the X server that the environment names, on a Wayland desktop the one beside it, what the desktop has written
// down there. It ends with ctx, and returns ErrFar where there is no X server on this machine.
func Ask(ctx context.Context, getenv func(string) string) (Wishes, error) {
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return Wishes{}, ErrFar
	}
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return Wishes{}, fmt.Errorf("connecting to the display: %w", err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	w, err := wishes(conn, conn.setup)
	if err != nil {
		return Wishes{}, fmt.Errorf("asking the display: %w", err)
	}
	return w, nil
}
