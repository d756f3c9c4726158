// Package plain is a dialog's face that needs no OpenGL and can be read aloud: a pinentry of the system asks and tells.
package plain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"siths-agent/internal/secret"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

const (
	grace      = 250 * time.Millisecond // in which the next screen comes, after which the same one is shown again
	keyboard   = 200 * time.Millisecond // between two tries to hold the keyboard
	mostGrasps = 10                     // such tries, after which nothing is asked for

	stillTyping = 20 * time.Second // after which an open window counts as typed in anew: who has it read aloud needs time
	mostTold    = 15               // how often it does, after which nobody is there
)

// Face shows a dialog in windows of a pinentry. It serves for one conversation.
type Face struct {
	lang  text.Lang
	start func() (*pinentry, error)

	mu     sync.Mutex
	screen model.Screen
	shows  int  // how often it was replaced
	wiped  bool // since the window that is open was opened
	ended  bool
	codes  typed
	turn   chan struct{} // something of the above is another now
	cancel context.CancelFunc
}

var _ dialog.Face = (*Face)(nil)

// pinentry is a running program that asks.
type pinentry struct {
	in         io.Writer
	out        io.Reader
	end        func()      // it, and returns when it has gone
	noKeyboard func() bool // whether it has ended because another program holds the keyboard
}

// New returns a face that shows nothing yet.
func New(l text.Lang) *Face {
	return &Face{lang: l, start: func() (*pinentry, error) { return start(os.Getenv) }, codes: typed{}, turn: make(chan struct{}, 1)}
}

// Run shows the first screen, and tells what the person does until End is called or ctx ends. It returns
// dialog.ErrNoScreen when nothing can be shown here. While a code is asked for it counts as being typed: a pinentry does
// not tell.
func (f *Face) Run(ctx context.Context, first model.Screen, tell func(dialog.Said)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer f.Wipe()
	f.begin(first, cancel)
	answered := false
	for ctx.Err() == nil {
		screen, n := f.open()
		do, err := f.once(ctx, screen, tell)
		switch {
		case ctx.Err() != nil, errors.Is(err, errReplaced):
			continue
		case err != nil && !answered:
			return fmt.Errorf("%w: %w", dialog.ErrNoScreen, err)
		case err != nil:
			return err
		}
		answered = true
		tell(dialog.Said{Do: do, Typing: do == model.DoSubmit})
		f.await(ctx, n)
	}
	return nil
}

// begin takes the first screen, unless a newer one has come already.
func (f *Face) begin(first model.Screen, cancel context.CancelFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cancel = cancel
	if f.shows == 0 {
		f.screen = first
	}
	if f.ended {
		cancel()
	}
}

// open is the screen of a window that opens now, and its number.
func (f *Face) open() (model.Screen, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wiped = false
	return f.screen, f.shows
}

// once shows a screen until something is chosen or another one has to be shown.
func (f *Face) once(ctx context.Context, s model.Screen, tell func(dialog.Said)) (model.Do, error) {
	if after := hidden(s); after > 0 {
		if err := f.hide(ctx, s, after); err != nil {
			return "", err
		}
	}
	for range mostGrasps {
		do, err := f.window(ctx, s, tell)
		if !errors.Is(err, errKeyboard) {
			return do, err
		}
		if err := f.hide(ctx, s, keyboard); err != nil {
			return "", err
		}
	}
	return "", errKeyboard
}

// hide shows nothing for a while.
func (f *Face) hide(ctx context.Context, s model.Screen, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	for {
		select {
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-f.turn:
			if !f.stays(s) {
				return errReplaced
			}
		}
	}
}

// window shows a screen in the windows of one pinentry.
func (f *Face) window(ctx context.Context, s model.Screen, tell func(dialog.Said)) (model.Do, error) {
	line, err := secret.New(secret.MaxLen)
	if err != nil {
		return "", err
	}
	defer func() { _ = line.Close() }()
	p, err := f.start()
	if err != nil {
		return "", err
	}
	talk := &session{wire: wire{in: p.in, out: p.out, line: line}, lang: f.lang, codes: typed{}}
	done := make(chan chosen, 1)
	go func() {
		do, err := talk.run(plan(s, f.lang))
		done <- chosen{do, err}
	}()
	f.typing(s, tell)
	c, err := f.attend(ctx, s, tell, done)
	p.end()
	if err != nil {
		<-done
		c.err = err
	}
	if c.err == nil && c.do != model.DoSubmit && p.noKeyboard() {
		c.err = errKeyboard
	}
	if c.err != nil || c.do != model.DoSubmit {
		talk.codes.close()
		return c.do, c.err
	}
	return c.do, f.keep(talk.codes)
}

// chosen is how a talk with a pinentry has ended.
type chosen struct {
	do  model.Do
	err error
}

// typing says that a code is being typed, as far as anybody knows.
func (f *Face) typing(s model.Screen, tell func(dialog.Said)) {
	if len(s.Fields) > 0 {
		tell(dialog.Said{Typing: true})
	}
}

// attend waits for the end of a talk, or for a screen that takes its place.
func (f *Face) attend(ctx context.Context, s model.Screen, tell func(dialog.Said), done <-chan chosen) (chosen, error) {
	again := time.NewTicker(stillTyping)
	defer again.Stop()
	for told := 1; ; {
		select {
		case r := <-done:
			return r, nil
		case <-ctx.Done():
			return chosen{}, ctx.Err()
		case <-f.turn:
			if !f.stays(s) {
				return chosen{}, errReplaced
			}
		case <-again.C:
			if told++; told <= mostTold {
				f.typing(s, tell)
			}
		}
	}
}

// keep takes over what was typed, as long as nothing was wiped meanwhile.
func (f *Face) keep(codes typed) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !counts(f.wiped) {
		codes.close()
		return errReplaced
	}
	f.codes.close()
	f.codes = codes
	return nil
}

// await waits until another screen than the n-th comes, for a moment.
func (f *Face) await(ctx context.Context, n int) {
	over := time.NewTimer(grace)
	defer over.Stop()
	for {
		select {
		case <-f.turn:
			if _, now := f.now(); now != n {
				return
			}
		case <-over.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (f *Face) now() (model.Screen, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.screen, f.shows
}

// Show replaces the screen. A window in which a code is typed stays as long as the new screen asks for the same.
func (f *Face) Show(s model.Screen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.screen = s
	f.shows++
	f.tick()
}

// Take hands over what was typed in a field, and empties it. The caller wipes what it gets.
func (f *Face) Take(kind model.FieldKind) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.codes[kind]
	if b == nil {
		return nil
	}
	out := bytes.Clone(b.Bytes())
	b.Wipe()
	return out
}

// Wipe empties every field. What is in a window that is open will not be handed over.
func (f *Face) Wipe() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.codes.close()
	f.codes, f.wiped = typed{}, true
	f.tick()
}

// End closes the window.
func (f *Face) End() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	if f.cancel != nil {
		f.cancel()
	}
}

// tick wakes who waits for something to be another.
func (f *Face) tick() {
	select {
	case f.turn <- struct{}{}:
	default:
	}
}
