package memscan

import (
	"fmt"
	"testing"

	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
)

// kind is a way in which windows come, and what is done at them.
type kind struct {
	name  string
	tray  bool // it opens them
	noGL  bool
	face  []string // further arguments of windows
	parts []func(*desk)
}

func kinds() []kind {
	return []kind{
		{name: "drawn", parts: atWindows()},
		{name: "plain", noGL: true, face: []string{"--plain"}, parts: []func(*desk){wrongAndRight, cancelledHalfway, pulledHalfway, changedInTurn}},
		{name: "opened by the tray", tray: true, parts: []func(*desk){wrongAndRight}},
	}
}

// deskRounds is on how many desktops the long form goes through everything.
const deskRounds = 12

// play goes through everything on a desktop of its own.
func (k kind) play(t *testing.T, c *tally) {
	d := openDesk(t, c, stack.Screen{NoGL: k.noGL}, k.face...)
	if k.tray {
		d.withTray()
	}
	for _, part := range k.parts {
		part(d)
	}
}

func TestNoWindowKeepsThePIN(t *testing.T) {
	t.Parallel()
	c := newTally()
	t.Run("in", func(t *testing.T) {
		for _, k := range kinds() {
			t.Run(k.name, func(t *testing.T) {
				t.Parallel()
				for range soak.Size(1, deskRounds) {
					t.Run("a desktop", func(t *testing.T) { k.play(t, c) })
				}
			})
		}
	})
	keep := func(id, name, asked, found string) {
		soak.Report(t, soak.Row{ID: id, Name: name, Asked: asked, Found: found, Command: "make memscan"})
	}
	keep("5.6", "random 12-digit PINs typed at windows on a desktop: wrong, right, cancelled, closed, card pulled, changed; all our processes, and windows at their last moment",
		"0 copies ≤ 2 s after the end", fmt.Sprintf("%d PINs, %d attempts, %d scans and %d last moments (%d not seen), %d MB, %d copies",
			c.canaries, c.attempts, c.scans, c.ends, c.unseen, c.bytes>>20, c.copies))
	keep("5.7", "control: the PIN seen in the window while it stands in its field; in locked pages", "seen, and all locked",
		fmt.Sprintf("seen %v, not locked %v", c.held, c.unlocked))
	keep("5.8", "not ours, counted only: copies of PINs in the X server and the program that takes them where there is no OpenGL", "reported",
		fmt.Sprintf("%v over %d attempts", c.others, c.attempts))
}
