// Package dialog is a window's conversation with a person, apart from how it is drawn: what has happened goes in, what
// to do and which screen to show come out.
package dialog

import (
	"context"

	"siths-agent/ui/model"
)

// Face is what a person sees of a dialog: windows drawn with OpenGL, or those that need none. Its methods may be called
// from any goroutine but Run, which belongs to the main one.
type Face interface {
	// Run shows the first screen, in front and with the keyboard, and tells what the person does until End is called or
	// ctx ends. It returns an error when nothing can be shown: before the first screen ErrNoScreen, so that another face
	// can be tried, and later whatever took the display away.
	Run(ctx context.Context, first model.Screen, tell func(Said)) error
	// Show replaces the screen. What is typed in a field stays where the new screen has a field of its kind. A Show that
	// comes before Run has begun holds too.
	Show(model.Screen)
	// Take hands over what is typed in a field, and empties it. The caller wipes what it gets. A field that is not there
	// is empty.
	Take(model.FieldKind) []byte
	// Wipe empties every field. It is told of like typing.
	Wipe()
	// End closes the window. Run returns when it is gone.
	End()
}

// Said is what a person did.
type Said struct {
	Do     model.Do // what was chosen; empty when something was typed. DoSubmit: no field is empty
	Typing bool     // whether anything is typed in any field now; told whenever a field changes
}

// Raiser is a Face that can be brought to the front again.
type Raiser interface {
	Raise()
}

// Copier is a Face that reaches the clipboard.
type Copier interface {
	Copy(text string)
}
