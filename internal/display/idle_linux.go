package display

import (
	"context"
	"fmt"
	"time"
)

// Idle returns for how long nobody has pressed or moved anything at the X server that the environment names. It ends with
// ctx, and returns ErrFar where there is no X server on this machine.
func Idle(ctx context.Context, getenv func(string) string) (time.Duration, error) {
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return 0, ErrFar
	}
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return 0, fmt.Errorf("connecting to the display: %w", err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	d, err := idle(conn, conn.setup)
	if err != nil {
		return 0, fmt.Errorf("asking when the display was used: %w", err)
	}
	return d, nil
}
