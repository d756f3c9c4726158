package display

import (
	"context"
	"errors"
	"time"
)

func forgetManager(ctx context.Context, getenv func(string) string) error {
	number, ok := local(getenv("DISPLAY"))
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, glTime)
	defer cancel()
	conn, err := x11(ctx, number, cookieFor(number, getenv))
	if err != nil {
		return err
	}
	return errors.Join(conn.SetDeadline(time.Now().Add(glTime)), forgetLost(conn, conn.setup), conn.Close())
}
