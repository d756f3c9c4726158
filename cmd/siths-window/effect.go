package main

import (
	"context"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/internal/version"
	"siths-agent/ui/diagpage"
	"siths-agent/ui/dialog"
)

// do does what the conversation asks for. What takes time is done beside it. w.mu is held.
func (w *window) do(ctx context.Context, e dialog.Effect) {
	switch e := e.(type) {
	case dialog.Send:
		w.send(ctx, e)
	case dialog.Abandon:
		if w.abandon != nil {
			w.abandon()
		}
	case dialog.Reply:
		go func() { _ = w.service.Consent(ctx, apitype.ConsentAnswer{ID: e.Question, Allow: e.Allow}) }() // no answer is a no
	case dialog.Lock:
		go func() { _ = w.service.Lock(ctx) }() // what came of it is in the next state
	case dialog.Diagnose:
		go w.diagnose(ctx)
	case dialog.Pack:
		w.pack()
	case dialog.Save:
		go w.save(w.bundle)
	case dialog.Wake:
		time.AfterFunc(e.After, func() { w.inbox.put(dialog.Woke{N: e.N}) })
	default:
		if w.face != nil {
			w.draw(e)
		}
	}
}

// draw does what the face is asked for.
func (w *window) draw(e dialog.Effect) {
	switch e := e.(type) {
	case dialog.Show:
		w.face.Show(e.Screen)
	case dialog.Wipe:
		w.face.Wipe()
	case dialog.Raise:
		if f, ok := w.face.(dialog.Raiser); ok {
			f.Raise()
		}
	case dialog.Copy:
		if f, ok := w.face.(dialog.Copier); ok {
			f.Copy(diagpage.Ticket(w.lang, w.page))
			w.inbox.put(dialog.Copied{})
		}
	case dialog.End:
		time.AfterFunc(endTime, func() { w.exit(exitDone) })
		w.face.End()
	}
}

// diagnose looks at the machine.
func (w *window) diagnose(ctx context.Context) {
	page := diag.Make(ctx, diag.Options{Service: w.service, Socket: w.socket, Version: version.Number, Now: time.Now})
	w.mu.Lock()
	w.page = page
	w.mu.Unlock()
	w.inbox.put(dialog.Diagnosed{Rows: diagpage.Rows(w.lang, page)})
}

// pack makes a bundle of the page that is shown.
func (w *window) pack() {
	b, err := diagpage.Pack(w.page)
	if err != nil {
		w.inbox.put(dialog.Packed{})
		return
	}
	w.bundle = b
	w.inbox.put(dialog.Packed{Rows: diagpage.Files(w.lang, b, w.page)})
}

func (w *window) save(b *diag.Bundle) {
	folder, err := diag.Folder()
	if err != nil {
		w.inbox.put(dialog.Saved{})
		return
	}
	path, _ := b.Save(folder, time.Now()) // empty: it could not be saved
	w.inbox.put(dialog.Saved{Path: path})
}
