package display

import (
	"context"
	"fmt"
)

// Size returns the width and height of the desktop on the X server that the environment names, in pixels: of all monitors
// together. It ends with ctx, and returns ErrFar where there is no X server on this machine.
func Size(ctx context.Context, getenv func(string) string) (width, height int, err error) {
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return 0, 0, ErrFar
	}
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return 0, 0, fmt.Errorf("connecting to the display: %w", err)
	}
	_ = conn.Close()
	return sizeOf(conn.setup)
}
