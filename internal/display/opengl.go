package display

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrNoGL says that windows cannot be drawn with OpenGL on the display.
var ErrNoGL = errors.New("the display has no OpenGL that windows could be drawn with")

// OpenGL asks the display that the environment names whether windows can be drawn with OpenGL there. nil: as far as can be
// told without drawing one. The error is ErrNoGL, ErrFar, or that of a display that does not let us in. Of a Wayland
// display nothing is asked: one without OpenGL shows no windows at all.
func OpenGL(ctx context.Context, getenv func(string) string) error {
	if err := openGL(ctx, getenv); err != nil {
		return fmt.Errorf("asking the display for OpenGL: %w", err)
	}
	return nil
}

// The requests for it (X Window System Protocol, X11R7.7, appendix B; GLX 1.4 protocol, section 2.2 of its encoding).
const (
	queryExtension  = 98
	glxQueryVersion = 7
	glxFBConfigs    = 21
)

// The version of GLX that windows need: its framebuffer configurations came with 1.3 (GLX 1.4 specification, appendix A).
const glxMajor, glxMinor = 1, 3

// askGLX asks an X server that has let us in.
func askGLX(conn io.ReadWriter) error {
	err := glx(conn)
	if refused := new(requestError); errors.As(err, &refused) {
		return fmt.Errorf("%w: %w", ErrNoGL, err)
	}
	return err
}

func glx(conn io.ReadWriter) error {
	reply, err := ask(conn, queryExtension, 0, []byte{3, 0, 0, 0, 'G', 'L', 'X', 0})
	if err != nil {
		return err
	}
	present, major := reply[8], reply[9]
	if present == 0 {
		return ErrNoGL
	}
	reply, err = ask(conn, major, glxQueryVersion, numbers(glxMajor, glxMinor))
	if err != nil {
		return err
	}
	if a, b := number(reply[8:]), number(reply[12:]); a < glxMajor || a == glxMajor && b < glxMinor {
		return fmt.Errorf("%w: its GLX is %d.%d", ErrNoGL, a, b)
	}
	reply, err = ask(conn, major, glxFBConfigs, numbers(0))
	if err == nil && number(reply[8:]) == 0 {
		err = fmt.Errorf("%w: it has no configuration", ErrNoGL)
	}
	return err
}
