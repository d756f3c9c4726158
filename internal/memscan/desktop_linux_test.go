package memscan

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
)

// desk is a bench with a desktop: a person types at its keyboard, and windows of ours take it.
type desk struct {
	*bench
	*desktop.Desktop
	face []string // further arguments of windows
	tray *person  // nil when there is none
}

// openDesk opens a desktop. Windows get the arguments.
func openDesk(t *testing.T, c *tally, screen stack.Screen, face ...string) *desk {
	t.Helper()
	b := openBench(t, c)
	return &desk{bench: b, Desktop: desktop.Open(t, b.Lab, desktop.Plan{Panel: true, Screen: screen}), face: face}
}

// withTray starts our icon in the panel, which opens windows by itself from then on, and is looked into as they are.
func (d *desk) withTray() {
	d.bench.t.Helper()
	d.tray = &person{role: "siths-tray", proc: d.Start("siths-tray", "--socket", d.API.Socket)}
	d.tray.pid = d.tray.proc.PID
	d.stays = append(d.stays, d.tray)
	d.WaitTray()
}

// window opens a page in a window of ours, or waits for the one that the tray opens, until the keyboard goes to it and it is
// watched.
func (d *desk) window(page string, canaries ...string) *person {
	d.bench.t.Helper()
	p := &person{role: "siths-window"}
	if d.tray == nil {
		p.proc = d.StartCmd(stack.Cmd{Path: p.role, Args: append([]string{"--socket", d.API.Socket, "--page", page}, d.face...)})
		p.pid = p.proc.PID
	} else {
		d.AwaitThat("the window that the tray opens", func() bool { p.pid = d.ActiveWindow().PID; return slices.Contains(tree(d.tray.pid), p.pid) })
	}
	d.awaitKeyboard(p)
	d.watch(p, canaries...)
	return p
}

// awaitKeyboard waits until the keyboard goes to a window of a program, or of one that it has started, and the person has seen
// it.
func (d *desk) awaitKeyboard(p *person) {
	d.bench.t.Helper()
	d.AwaitThat("the keyboard at "+p.role, func() bool { return slices.Contains(tree(p.pid), d.ActiveWindow().PID) })
	d.See(d.ActiveWindow())
}

// types types digits, and looks where they are before they are sent.
func (d *desk) types(p *person, digits string) {
	d.bench.t.Helper()
	d.Type(digits)
	if d.plain() { // another program takes them, and keeps them as it likes
		pid := d.ActiveWindow().PID
		copies := len(d.look(pid).Hits)
		d.tally.do(func() { d.tally.others["while typed, "+comm(pid)] += copies })
		return
	}
	var seen Report
	d.AwaitThat("the digits to be there", func() bool { seen = d.look(p.pid); return len(seen.Hits) > 1 })
	d.countHeld(p.pid, p.role, seen.Hits)
	d.closed(p.pid, p.role)
}

// plain says whether windows are those that need no OpenGL.
func (d *desk) plain() bool { return slices.Contains(d.face, "--plain") }

// cleanDesk is clean, and counts what is left in programs that are not ours.
func (d *desk) cleanDesk(after string) {
	d.bench.t.Helper()
	d.clean(after)
	for _, pid := range allProcesses() {
		name := comm(pid)
		if name != "Xvfb" && !strings.HasPrefix(name, "pinentry") {
			continue
		}
		copies := len(d.look(pid).Hits)
		d.tally.do(func() { d.tally.others[name] += copies })
	}
}

// atWindows are attempts at a window.
func atWindows() []func(d *desk) {
	return []func(d *desk){wrongAndRight, cancelledHalfway, pulledHalfway, closedByTheManager, changedAtTheWindow}
}

// wrongAndRight: the window lives on after the wrong PIN, and ends after the right one.
func wrongAndRight(d *desk) {
	pin, wrong := d.newCard(), d.canary()
	p := d.window("pin", pin, wrong)
	d.stays = append(d.stays, p)
	d.types(p, wrong)
	d.Key("Return")
	d.bench.Await("the wrong PIN to be told of", func(s apitype.Snapshot) bool {
		return s.Card != nil && s.Card.PIN != nil && s.Card.PIN.Auth != nil && s.Card.PIN.Auth.Tries == 2
	})
	d.cleanDesk("a wrong PIN in a window that lives on")
	d.awaitKeyboard(p)
	d.types(p, pin)
	d.Key("Return")
	d.AwaitPhase(apitype.Unlocked)
	d.endsClean("the right PIN in a window", p)
	d.relock()
}

// cancelledHalfway: Esc with digits in the field.
func cancelledHalfway(d *desk) {
	pin := d.newCard()
	p := d.window("pin", pin)
	d.types(p, pin)
	d.Key("Escape")
	d.endsClean("a window that was cancelled", p)
}

// pulledHalfway: the card leaves while its PIN stands in the field.
func pulledHalfway(d *desk) {
	pin := d.newCard()
	p := d.window("pin", pin)
	d.stays = append(d.stays, p)
	d.types(p, pin)
	d.Must(d.card.Remove())
	d.AwaitPhase(apitype.NoCard)
	d.cleanDesk("a card pulled under a window")
	d.Key("Escape")
	d.endsClean("a card pulled under a window", p)
}

// closedByTheManager: the window's frame is closed with digits in the field.
func closedByTheManager(d *desk) {
	pin := d.newCard()
	p := d.window("pin", pin)
	d.types(p, pin)
	d.CloseByManager(d.ActiveWindow())
	d.endsClean("a window closed by its frame", p)
}

// endsClean waits for the end of a window and looks at it, and at all that is left.
func (d *desk) endsClean(after string, p *person) {
	d.bench.t.Helper()
	d.stays = slices.DeleteFunc(d.stays, func(q *person) bool { return q == p })
	d.endedClean(after, p)
	d.cleanDesk(after)
}

// changedInTurn: the old code, and in the next window twice the new one.
func changedInTurn(d *desk) {
	pin, fresh := d.newCard(), d.canary()
	p := d.window("change", pin, fresh)
	d.types(p, pin)
	d.andNext(p, "Return")
	d.types(p, fresh)
	d.Key("Tab", "Tab") // past the button that shows the code
	d.types(p, fresh)
	d.andNext(p, "Return")
	if n := d.Stat(d.card).Change; n != 1 {
		d.bench.t.Errorf("the PIN was changed %d times", n)
	}
	d.stays = append(d.stays, p)
	d.cleanDesk("a change of PIN in plain windows")
	d.Key("Return") // a pinentry with one button takes no Esc
	d.endsClean("a change of PIN in plain windows", p)
}

// andNext presses a key and waits for the window that comes of it.
func (d *desk) andNext(p *person, key string) {
	d.bench.t.Helper()
	old := d.ActiveWindow().ID
	d.Key(key)
	d.AwaitThat("the next window", func() bool { w := d.ActiveWindow(); return w.ID != "" && w.ID != old })
	d.awaitKeyboard(p)
}

// changedAtTheWindow: three fields, wrong and then right.
func changedAtTheWindow(d *desk) {
	pin, fresh, wrong := d.newCard(), d.canary(), d.canary()
	p := d.window("change", pin, fresh, wrong)
	for i, digits := range []string{pin, fresh, fresh} {
		if i > 0 {
			d.Key("Tab")
		}
		d.Type(digits)
	}
	d.Key("Return")
	d.AwaitThat("the PIN to be changed", func() bool { return d.Stat(d.card).Change == 1 })
	d.stays = append(d.stays, p)
	d.cleanDesk("a change of PIN in a window")
	d.Key("Escape")
	d.endsClean("a change of PIN in a window", p)
}

// allProcesses are those of the machine.
func allProcesses() []int {
	var all []int
	files, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well-formed
	for _, file := range files {
		if pid, err := strconv.Atoi(filepath.Base(file)); err == nil {
			all = append(all, pid)
		}
	}
	return all
}
