package main

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/agent/diag"
	"siths-agent/agent/safesocket"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

const (
	firstLook = 300 * time.Millisecond // that the first screen waits for the service's state
	endTime   = 800 * time.Millisecond // that a face has to close its window
	askTime   = time.Second            // that another start waits for a window that is busy
)

// service is what a window asks of the service.
type service interface {
	Watch(ctx context.Context, f func(apitype.Snapshot) error) error
	PIN(ctx context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error)
	Care(ctx context.Context, req apitype.CareRequest, proof, fresh []byte) (apitype.PINResult, error)
	Lock(ctx context.Context) error
	Consent(ctx context.Context, a apitype.ConsentAnswer) error
	diag.Asked
}

// window is one conversation and what it reaches.
type window struct {
	lang    text.Lang
	socket  string // of the service
	service service
	inbox   *inbox
	exit    func(code int) // when a face does not close its window

	mu      sync.Mutex // of all below
	state   dialog.State
	face    dialog.Face
	paste   bool               // policy lets a code be pasted
	abandon context.CancelFunc // of the code that is with the service
	page    diag.Page          // of the last look at the machine
	bundle  *diag.Bundle
}

func newWindow(o options, exit func(int)) *window {
	return &window{socket: cmp.Or(o.socket, safesocket.DefaultPath()), service: &client.Client{Socket: o.socket}, inbox: newInbox(), exit: exit}
}

// begin begins the conversation with a page.
func (w *window) begin(l text.Lang, p model.Page) {
	w.lang = l
	w.state, _ = dialog.New(l, model.Page{})
	w.inbox.put(dialog.Asked{Page: p})
}

// run shows the conversation until it ends, with the first of the faces that can show anything.
func (w *window) run(ctx context.Context, faces []maker) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.await(ctx)
	err := dialog.ErrNoScreen
	for _, make := range faces {
		f := make(w.paste)
		first := w.use(f)
		showing, stop := context.WithCancel(ctx)
		go w.talk(showing)
		err = f.Run(showing, first, func(s dialog.Said) { w.inbox.put(s) })
		stop()
		if !errors.Is(err, dialog.ErrNoScreen) {
			break
		}
	}
	f, _ := w.now()
	f.Wipe()
	return err
}

// use makes a face that of the conversation, and returns what it begins with.
func (w *window) use(f dialog.Face) model.Screen {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.face = f
	return w.state.Screen()
}

// now is the face, and the screen that it shows.
func (w *window) now() (dialog.Face, model.Screen) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.face, w.state.Screen()
}

// await takes in what comes within the first moment, so that a window need not open with less than is known.
func (w *window) await(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	for {
		select {
		case <-w.inbox.ready:
			if w.handle(ctx) {
				return
			}
		case <-wait.Done():
			return
		}
	}
}

// talk takes in what happens until ctx ends.
func (w *window) talk(ctx context.Context) {
	for {
		select {
		case <-w.inbox.ready:
			w.handle(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// handle takes in what is in the inbox, and does what has to be done about it. It says whether the state of the
// service is known now.
func (w *window) handle(ctx context.Context) (known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.inbox.take() {
		var todo []dialog.Effect
		if s, ok := e.Event.(dialog.Told); ok {
			w.paste = s.Snapshot.UI != nil && s.Snapshot.UI.PINPaste
		}
		if e.taken != nil {
			e.taken <- !w.state.Ended()
		}
		w.state, todo = dialog.Step(w.state, e.Event)
		for _, effect := range todo {
			w.do(ctx, effect)
		}
		_, lost := e.Event.(dialog.Lost)
		known = known || lost || isTold(e)
	}
	return known
}

// ask asks for a page in this window, for another start of the program. It says whether the page is going to be shown.
func (w *window) ask(ctx context.Context, p model.Page) bool {
	taken := make(chan bool, 1)
	w.inbox.add(entry{dialog.Asked{Page: p}, taken})
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	select {
	case ok := <-taken:
		return ok
	case <-ctx.Done():
		return false
	}
}
