package plain

import (
	"regexp"
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

const (
	pin      = workplace.PIN
	wrongPIN = workplace.WrongPIN
	newPIN   = "614305"
	lang     = text.SV
)

// noGL is a desktop whose display has no OpenGL.
func noGL() desktop.Plan { return desktop.Plan{Screen: stack.Screen{NoGL: true}} }

// world is anna's desk: her desktop session with the service and a reader.
type world struct {
	*workplace.Desk
	d *desktop.Desktop
	t *testing.T
}

// open makes a world, beside those of other tests. Everything in it ends with the test.
func open(t *testing.T, p desktop.Plan) *world {
	t.Helper()
	t.Parallel()
	w := &world{Desk: workplace.OpenDesk(t, workplace.Plan{}), t: t}
	p.Session = w.Session
	w.d = desktop.Open(t, w.Lab, p)
	return w
}

// window starts the program as a person or the tray would.
func (w *world) window(args ...string) *stack.Proc {
	w.t.Helper()
	return w.d.Start("siths-window", append([]string{"--socket", w.Service.Socket()}, args...)...)
}

// want waits until the window in front, with the keyboard, is that of the screen of the service's state, of that id.
func (w *world) want(id model.ID) desktop.Window {
	w.t.Helper()
	return w.wantScreen(id, func(s apitype.Snapshot) model.Screen { return model.View(s, lang) })
}

// wantPage is want for what a person has opened.
func (w *world) wantPage(p model.Page) desktop.Window {
	w.t.Helper()
	return w.wantScreen(p.Kind, func(s apitype.Snapshot) model.Screen { return model.Open(s, lang, p) })
}

func (w *world) wantScreen(id model.ID, screen func(apitype.Snapshot) model.Screen) desktop.Window {
	w.t.Helper()
	var found desktop.Window
	w.d.Await("window "+string(id), func() bool {
		want := screen(w.Snapshot())
		found = w.d.ActiveWindow()
		return want.ID == id && found.Title == want.Window && regexp.MustCompile("(?i)pinentry").MatchString(found.Class)
	})
	w.d.Screenshot(string(id))
	return found
}

// enter types a code and Return, as a person does.
func (w *world) enter(code string) {
	w.t.Helper()
	w.d.Type(code)
	w.d.Key("Return")
}

// ended waits for the end of the program and wants it to have gone well.
func (w *world) ended(p *stack.Proc) {
	w.t.Helper()
	w.AwaitThat("the window's process to end", func() bool {
		select {
		case <-p.Done():
			return true
		default:
			return false
		}
	})
	if code := p.Code(); code != 0 {
		w.t.Errorf("the window ended with %d: %s", code, p.Stderr())
	}
	w.d.WaitNoWindow("(?i)pinentry")
}

// wantUnheard checks that no key has reached another program. Its own key is what shows that it hears at all.
func (w *world) wantUnheard(n *desktop.Neighbour) {
	w.t.Helper()
	w.d.Focus(n.Window)
	w.d.Key("x")
	w.d.Await("the neighbour to hear", func() bool { return slices.Contains(n.Heard(), "x") })
	if heard := n.Heard(); !slices.Equal(heard, []string{"x"}) {
		w.t.Errorf("another program heard %q", heard)
	}
}
