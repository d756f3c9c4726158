package desktop

import (
	"strings"
	"sync"

	"siths-agent/internal/stack"
)

// Neighbour is another program's window, which hears what is typed into it.
type Neighbour struct {
	// Window is its window.
	Window Window
	heard  *output
}

// Neighbour opens a window of another program, in front and with the keyboard.
func (d *Desktop) Neighbour() *Neighbour {
	d.tb.Helper()
	n := &Neighbour{heard: &output{}}
	d.StartCmd(stack.Cmd{Path: "xev", Args: []string{"-event", "keyboard", "-geometry", "300x200"}, Stdout: n.heard})
	n.Window = d.WaitWindow("^Event Tester$")
	d.Focus(n.Window) // a manager that has just begun gives a first window no keyboard
	return n
}

// Heard are the keys that were pressed in it, by their X names, such as "7" or "Return".
func (n *Neighbour) Heard() []string {
	var keys []string
	pressed := false
	for line := range strings.Lines(n.heard.String()) {
		if strings.HasPrefix(line, "Key") {
			pressed = strings.HasPrefix(line, "KeyPress ")
		}
		_, after, there := strings.Cut(line, "(keysym ")
		if !pressed || !there {
			continue
		}
		_, name, _ := strings.Cut(after, ", ")
		name, _, _ = strings.Cut(name, ")")
		keys = append(keys, name)
	}
	return keys
}

// output is all that a program has written. The zero value is ready.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// String is what it has written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
