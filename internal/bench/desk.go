package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
)

const (
	windowRounds = 20 // windows of each kind
	lookTime     = 5 * time.Millisecond
)

// desk is a workplace with a desktop, on which tray and windows are measured.
type desk struct {
	*workplace.Workplace
	screen *desktop.Desktop
	card   *stack.Card
	tray   *stack.Proc
}

// shown is a window that came.
type shown struct {
	took     time.Duration // until the keyboard went to it
	pid      int
	resident float64 // MB
	gone     time.Duration
}

// measureDesk measures tray and windows on a desktop in software: Xvfb with OpenGL by llvmpipe, a window manager and a panel.
func (w *world) measureDesk(ctx context.Context) (figures []figure, err error) {
	err = try(ctx, func(tb testing.TB) error {
		d := &desk{Workplace: workplace.Open(tb, workplace.Plan{})}
		d.screen = desktop.Open(tb, d.Lab, desktop.Plan{Panel: true})
		d.card = d.Card(d.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN})
		d.AwaitPhase(apitype.NeedPIN)
		for _, part := range []func(context.Context) ([]figure, error){d.diagnosis, d.windows, d.plainWindows, d.residentTray, d.insertions} {
			more, err := part(ctx)
			if err != nil {
				return err
			}
			figures = append(figures, more...)
		}
		return nil
	})
	return figures, err
}

// keyboardAt waits until the keyboard goes to a window of one of the processes that of names.
func (d *desk) keyboardAt(ctx context.Context, of func() []int) (pid int, err error) {
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	for {
		active := d.screen.ActiveWindow().PID
		if active != 0 && slices.Contains(of(), active) {
			return active, nil
		}
		if err := pause(ctx, lookTime); err != nil {
			return 0, fmt.Errorf("waiting for a window: %w", err)
		}
	}
}

// family is a process and what it has started.
func family(pid int) []int {
	all := []int{pid}
	for _, child := range workplace.ChildrenOf(pid) {
		all = append(all, family(child)...)
	}
	return all
}

// opened starts a program and measures it until its window has the keyboard, and from Esc until it is gone.
func (d *desk) opened(ctx context.Context, c stack.Cmd) (shown, error) {
	start := time.Now()
	p := d.screen.StartCmd(c)
	pid, err := d.keyboardAt(ctx, func() []int { return family(p.PID) })
	if err != nil {
		return shown{}, err
	}
	s := shown{took: time.Since(start), pid: pid}
	if s.resident, err = familyMemory(p.PID); err != nil {
		return s, err
	}
	start = time.Now()
	d.screen.Key("Escape")
	_, err = p.Wait(ctx)
	s.gone = time.Since(start)
	return s, err
}

// familyMemory is the resident memory of a process and what it has started, in MB.
func familyMemory(pid int) (float64, error) {
	var all float64
	for _, p := range family(pid) {
		mb, err := residentOf(p)
		if err != nil {
			return 0, err
		}
		all += mb
	}
	return all, nil
}

// rounds opens a window so many times.
func (d *desk) rounds(ctx context.Context, c func() stack.Cmd) (took, resident, gone sample, err error) {
	for range windowRounds {
		s, err := d.opened(ctx, c())
		if err != nil {
			return nil, nil, nil, err
		}
		took, resident, gone = append(took, s.took.Seconds()), append(resident, s.resident), append(gone, s.gone.Seconds())
	}
	return took, resident, gone, nil
}

// window is a window of ours.
func (d *desk) window(args ...string) func() stack.Cmd {
	return func() stack.Cmd {
		return stack.Cmd{Path: "siths-window", Args: append([]string{"--socket", d.API.Socket, "--page", "pin"}, args...)}
	}
}

// fileSize is the size of a program of ours in MB.
func (d *desk) fileSize(name string) (float64, error) {
	path, err := d.Program(name)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return float64(info.Size()) / (1 << 20), nil
}
