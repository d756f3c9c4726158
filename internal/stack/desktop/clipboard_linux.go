package desktop

import (
	"context"
	"os"
	"strings"
	"time"

	"siths-agent/internal/stack"
)

// clipboardName is the clipboard manager on the bus.
const clipboardName = "org.xfce.clipman"

// startClipboard starts the clipboard manager and returns when it keeps what is copied: it is on the bus before it does.
func (d *Desktop) startClipboard() {
	d.tb.Helper()
	d.Start("xfce4-clipman")
	d.Await("the clipboard manager", func() bool { return d.Bus.Owned(clipboardName) })
	for kept := false; !kept; {
		p := d.Copy("clipboard", "klar")
		ctx, cancel := context.WithTimeout(d.tb.Context(), time.Second)
		err := stack.Await(ctx, "it to be kept", func() bool { return strings.Contains(d.ClipboardHistory(), "klar") })
		cancel()
		kept = err == nil
		p.Kill()
		<-p.Done()
	}
}

// Copy puts a text into a selection, "clipboard" or "primary", for as long as the returned program runs.
func (d *Desktop) Copy(selection, text string) *stack.Proc {
	d.tb.Helper()
	p := d.StartCmd(stack.Cmd{Path: "xclip", Args: []string{"-i", "-selection", selection, "-quiet"}, Stdin: strings.NewReader(text)})
	d.Await("the text in the selection", func() bool { return d.Selections()[selection] == text })
	return p
}

// Selections are what can be pasted now: the texts of the three selections of X (ICCCM 2.6.1), empty where there is
// none.
func (d *Desktop) Selections() map[string]string {
	d.tb.Helper()
	texts := map[string]string{}
	for _, name := range []string{"primary", "secondary", "clipboard"} {
		r := d.lab.Run(stack.Cmd{Path: "timeout", Args: []string{"5", "xclip", "-o", "-selection", name}, Env: d.Display.Env()})
		texts[name] = r.Stdout
	}
	return texts
}

// ClipboardHistory is what the clipboard manager has kept; it writes that down each time there is more.
func (d *Desktop) ClipboardHistory() string {
	d.tb.Helper()
	text, err := os.ReadFile(d.path("cache/xfce4/clipman/textsrc"))
	if err != nil && !os.IsNotExist(err) {
		d.tb.Fatal(err)
	}
	return string(text)
}

// WaitClipboardHistory waits until the clipboard manager has kept a text.
func (d *Desktop) WaitClipboardHistory(text string) {
	d.tb.Helper()
	d.Await("the clipboard manager to keep a text", func() bool { return strings.Contains(d.ClipboardHistory(), text) })
}
