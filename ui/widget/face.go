package widget

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/desktop"

	"siths-agent/ui/dialog"
	"siths-agent/ui/look"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// Options is what a face has to know before its first screen.
type Options struct {
	Lang  text.Lang
	Look  look.Look
	Paste bool      // whether a code may be pasted
	Busy  bool      // somebody was typing elsewhere just now: keys that come with the keyboard may not be meant for the window
	Room  fyne.Size // of the desktop that a window may fill, in pixels; zero: little
}

// Face is a window that is drawn with OpenGL. It serves for one conversation.
type Face struct {
	o     Options
	stage *stage
	win   fyne.Window

	mu    sync.Mutex
	state state
	early []func() // what was asked for before the window was there
}

var (
	_ dialog.Face   = (*Face)(nil)
	_ dialog.Raiser = (*Face)(nil)
	_ dialog.Copier = (*Face)(nil)
)

// state is how far the life of a window has come.
type state int

const (
	before state = iota
	open
	over
)

// New returns a face that shows nothing yet.
func New(o Options) *Face {
	return &Face{o: o}
}

// Run shows the first screen and returns when the window is gone. It has to be called from the main goroutine. tell is
// called from there too, and must not wait. It returns dialog.ErrNoScreen when nothing can be drawn here.
func (f *Face) Run(ctx context.Context, first model.Screen, tell func(dialog.Said)) (err error) {
	if err := f.open(first, tell); err != nil {
		return err
	}
	defer caught(&err, "drawing")
	defer f.close()
	defer context.AfterFunc(ctx, f.End)()
	fyne.CurrentApp().Run()
	return nil
}

// open makes the window and draws its first frame. Fyne panics where it finds no OpenGL.
func (f *Face) open(first model.Screen, tell func(dialog.Said)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", dialog.ErrNoScreen, v)
		}
	}()
	a := app.NewWithID("") // with a name Fyne keeps files of the person's preferences
	app.SetMetadata(fyne.AppMetadata{ID: "siths-window", Name: "SITHS Agent"})
	a.Settings().SetTheme(NewTheme(f.o.Look))
	if f.o.Busy {
		a.Lifecycle().SetOnEnteredForeground(func() { f.stage.flow.begin(time.Now()) })
	}
	f.win = a.NewWindow(first.Window)
	f.stage = newStage(f.o, f.win, tell)
	f.win.SetIcon(badge())
	f.win.SetPadded(false)
	f.win.SetFixedSize(true)
	f.win.SetCloseIntercept(f.stage.cancel)
	if w, ok := f.win.(desktop.Window); ok {
		w.RequestAlwaysOnTop()
	}
	f.stage.show(first)
	f.win.CenterOnScreen()
	f.win.Show()
	if !shown(f.win) {
		return dialog.ErrNoScreen
	}
	f.stage.draw() // the display's scale is known now
	f.win.RequestFocus()
	f.begin()
	return nil
}

// shown says whether a window has come to be on the desktop: Fyne only logs it when it has not.
func shown(w fyne.Window) (there bool) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return true
	}
	native.RunNative(func(handle any) {
		switch h := handle.(type) {
		case driver.X11WindowContext:
			there = h.WindowHandle != 0
		case driver.WaylandWindowContext:
			there = h.WaylandSurface != 0
		case driver.WindowsWindowContext:
			there = h.HWND != 0
		}
	})
	return there
}

// begin lets in what has waited for the window.
func (f *Face) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = open
	for _, what := range f.early {
		fyne.Do(what)
	}
	f.early = nil
}

func (f *Face) close() {
	f.mu.Lock()
	f.state = over
	f.mu.Unlock()
	f.stage.end()
}

// caught turns a panic of a display that has gone away into an error.
func caught(err *error, doing string) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("%s: %v", doing, v)
	}
}

// do does something where Fyne allows it, once there is a window, and not after it.
func (f *Face) do(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.state {
	case before:
		f.early = append(f.early, what)
	case open:
		fyne.Do(what)
	}
}

// Show replaces the screen. What is typed in a field stays where the new screen has a field of its kind.
func (f *Face) Show(s model.Screen) { f.do(func() { f.stage.show(s) }) }

// Take hands over what is typed in a field, and empties it. The caller wipes what it gets.
func (f *Face) Take(kind model.FieldKind) []byte {
	if p := f.padsNow(); p != nil {
		return p.take(kind)
	}
	return nil
}

// Wipe empties every field at once, and tells of it later.
func (f *Face) Wipe() {
	if p := f.padsNow(); p != nil {
		p.wipe()
		f.do(func() { f.stage.typed(0) })
	}
}

// Raise brings the window to the front, with the keyboard.
func (f *Face) Raise() { f.do(func() { f.win.RequestFocus() }) }

// Copy puts a text where it can be pasted, for as long as the window is open.
func (f *Face) Copy(text string) { f.do(func() { fyne.CurrentApp().Clipboard().SetContent(text) }) }

// padsNow are the fields of the window, as long as there is one.
func (f *Face) padsNow() *pads {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state != open {
		return nil
	}
	return f.stage.pads
}

// End closes the window.
func (f *Face) End() { f.do(func() { f.win.Close() }) }
