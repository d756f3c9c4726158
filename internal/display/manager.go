package display

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ForgetManager takes what a window manager that has crashed left behind off the display that the environment names: its
// word that there is one. GLFW ends a program that finds that word and not the manager. Displays that are not of X or not
// of this machine are left alone.
func ForgetManager(ctx context.Context, getenv func(string) string) error {
	if err := forgetManager(ctx, getenv); err != nil {
		return fmt.Errorf("looking for a window manager: %w", err)
	}
	return nil
}

// deleteProperty is the request for it (X Window System Protocol, X11R7.7, appendix B). It has no reply.
const deleteProperty = 19

// managerMark is the property by which a window manager says that it is there: on the root window the number of a window
// of its own, and on that one the same (Extended Window Manager Hints 1.5, _NET_SUPPORTING_WM_CHECK).
const managerMark = "_NET_SUPPORTING_WM_CHECK"

// forgetLost deletes the mark on a root window that names a window which is gone, or has none.
func forgetLost(conn io.ReadWriter, setup []byte) error {
	root, err := rootOf(setup)
	if err != nil {
		return err
	}
	mark, err := atom(conn, managerMark)
	if err != nil || mark == 0 {
		return err
	}
	window, err := windowIn(conn, root, mark)
	if err != nil || window == 0 {
		return err
	}
	itself, err := windowIn(conn, window, mark)
	if gone := (*requestError)(nil); err != nil && !errors.As(err, &gone) {
		return err
	}
	if itself == window {
		return nil
	}
	if err := tell(conn, deleteProperty, 0, numbers(root, mark)); err != nil {
		return err
	}
	_, err = windowIn(conn, root, mark) // when this is answered, that is done
	return err
}

// windowIn is the number of a window that a property has; 0: it has none.
func windowIn(conn io.ReadWriter, window, name uint32) (uint32, error) {
	value, err := property(conn, window, name)
	if err != nil || len(value) < 4 {
		return 0, err
	}
	return number(value), nil
}
