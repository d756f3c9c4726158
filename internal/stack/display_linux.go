package stack

import (
	"context"
	"fmt"
	"strings"
)

// Display is a private X display.
type Display struct {
	// Name is what DISPLAY has, such as ":0".
	Name string
	lab  *Lab
	proc *Proc
}

// Screen is what a display shows on. The zero value is one monitor of 1024 x 768 pixels, with OpenGL.
type Screen struct {
	// Size is width x height in pixels, such as "640x480".
	Size string
	// NoGL leaves OpenGL out, as remote desktops do.
	NoGL bool
}

// args are those of Xvfb(1) for the screen.
func (s Screen) args() []string {
	size := s.Size
	if size == "" {
		size = "1024x768"
	}
	args := []string{"-screen", "0", size + "x24"}
	if s.NoGL {
		args = append(args, "-extension", "GLX")
	}
	return args
}

// Xvfb starts an X server in memory and returns when it serves. Its number is found by itself and its socket is the
// abstract one, which belongs to the lab's network, so nothing lies in the machine's /tmp. It does not begin anew when its
// last client leaves: one that comes at that moment would be turned away. It runs until ctx ends.
func (l *Lab) Xvfb(ctx context.Context, s Screen) (*Display, error) {
	number := newSignalWriter("\n")
	proc, err := l.Start(ctx, Cmd{
		Path: "Xvfb", Stdout: number,
		Args: append([]string{"-displayfd", "1", "-noreset", "-nolock", "-nolisten", "unix", "-nolisten", "tcp"}, s.args()...),
	})
	if err != nil {
		return nil, err
	}
	err = proc.awaitReady(ctx, func() bool {
		select {
		case <-number.seen:
			return true
		default:
			return false
		}
	})
	if err != nil {
		return nil, err
	}
	return &Display{Name: ":" + strings.TrimSpace(number.before()), lab: l, proc: proc}, nil
}

// Env is what programs on the display need in their environment.
func (d *Display) Env() []string { return []string{"DISPLAY=" + d.Name} }

// Type types a text and Return, as a person at the keyboard. The text travels by standard input, so it is in no
// command line.
func (d *Display) Type(ctx context.Context, text string) error {
	// A line end in the text would be the key Linefeed, which is not Return.
	if err := d.Write(ctx, text); err != nil {
		return err
	}
	return d.Key(ctx, "Return")
}

// Write types a text without ending it. The text travels by standard input.
func (d *Display) Write(ctx context.Context, text string) error {
	return d.xdotool(ctx, "type --clearmodifiers --delay 5 --file -", text)
}

// Key presses one key by its X name, such as "Escape".
func (d *Display) Key(ctx context.Context, name string) error {
	return d.xdotool(ctx, "key --clearmodifiers "+name, "")
}

// Windows lists the numbers of the visible windows whose name, class or class name matches a pattern.
func (d *Display) Windows(ctx context.Context, pattern string) ([]string, error) {
	r, err := d.lab.Run(ctx, Cmd{Path: "xdotool", Env: d.Env(), Args: []string{"search", "--onlyvisible", pattern}})
	if err != nil {
		return nil, err
	}
	return strings.Fields(r.Stdout), nil // xdotool ends with 1 when there is none
}

// Kill takes the display away at once, as a lost connection does, and returns when it is gone.
func (d *Display) Kill() {
	d.proc.Kill()
	<-d.proc.Done()
}

// Click moves the pointer to a place and presses its first button there.
func (d *Display) Click(ctx context.Context, x, y int) error {
	return d.xdotool(ctx, fmt.Sprintf("mousemove %d %d click 1", x, y), "")
}

// xdotool runs one xdotool command.
func (d *Display) xdotool(ctx context.Context, command, input string) error {
	r, err := d.lab.Run(ctx, Cmd{Path: "xdotool", Env: d.Env(), Args: strings.Fields(command), Stdin: strings.NewReader(input)})
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("xdotool ended with %d: %s", r.Code, r.Stderr)
	}
	return err
}
