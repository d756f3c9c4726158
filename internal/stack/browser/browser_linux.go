package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"siths-agent/internal/stack"
)

// Kind is which browser.
type Kind string

// The browsers, as Debian has them.
const (
	Chromium Kind = "chromium"
	Firefox  Kind = "firefox-esr"
)

// Options are the choices of a browser.
type Options struct {
	Kind Kind
	// As is whose it is; its profile is in that person's home, where a folder that is there already is used.
	As string
	// Session is the desktop session that it is started in, of the same person; nil means none.
	Session *stack.Session
	// Display is where its window is; nil means that it has none.
	Display *stack.Display
	// Env and Args add to what it is started with.
	Env, Args []string
}

// Browser is a running browser with one tab. Its methods are called by one goroutine at a time.
type Browser struct {
	kind    Kind
	profile string
	proc    *stack.Proc
	driver  driver
}

// driver speaks a browser's own protocol.
type driver interface {
	// load goes to an address and returns the text of the page when all of it is there.
	load(ctx context.Context, url string) (string, error)
	// text is what the tab shows now.
	text(ctx context.Context) (string, error)
	close() error
}

// LoadError tells that a page did not load, and the reason in the browser's own words.
type LoadError struct {
	URL, Reason string
}

// Error says both.
func (e *LoadError) Error() string { return fmt.Sprintf("loading %s: %s", e.URL, e.Reason) }

// Start starts a browser and returns when it can be driven. It runs until ctx ends, Close, or the lab is closed.
func Start(ctx context.Context, lab *stack.Lab, o Options) (*Browser, error) {
	b := &Browser{kind: o.Kind, profile: filepath.Join(lab.Home(o.As), string(o.Kind))}
	if err := b.makeProfile(lab, o.As); err != nil {
		return nil, fmt.Errorf("making a profile for %s: %w", o.Kind, err)
	}
	begin := map[Kind]func(context.Context, *stack.Lab, Options) error{Chromium: b.startChromium, Firefox: b.startFirefox}[o.Kind]
	if err := begin(ctx, lab, o); err != nil {
		b.end()
		return nil, fmt.Errorf("starting %s: %w: %s", o.Kind, err, b.Log())
	}
	return b, nil
}

// start starts the browser's program where it belongs.
func (o Options) start(ctx context.Context, lab *stack.Lab, c stack.Cmd) (*stack.Proc, error) {
	c.As, c.Env = o.As, append(c.Env, o.Env...)
	if o.Display != nil {
		c.Env = append(c.Env, o.Display.Env()...)
	}
	if o.Session != nil {
		return o.Session.Start(ctx, c)
	}
	return lab.Start(ctx, c)
}

// makeProfile makes the folder of the browser's settings, which belongs to the person.
func (b *Browser) makeProfile(lab *stack.Lab, person string) error {
	p, err := lab.Person(person)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(b.profile, 0o700), os.Chown(b.profile, int(p.UID), int(p.UID)))
}

// Load goes to an address and returns what the page says, once all of it has been fetched. A page that the browser could
// not get is a *LoadError; one that takes longer than ctx is its error.
func (b *Browser) Load(ctx context.Context, url string) (string, error) {
	return b.driver.load(ctx, url)
}

// Text is what the tab shows now, without fetching anything.
func (b *Browser) Text(ctx context.Context) (string, error) { return b.driver.text(ctx) }

// Kind is which browser it is.
func (b *Browser) Kind() Kind { return b.kind }

// Profile is the folder of its settings.
func (b *Browser) Profile() string { return b.profile }

// PID is the number of its first process, which is another one after a restart only.
func (b *Browser) PID() int { return b.proc.PID }

// Done is closed when its first process has ended.
func (b *Browser) Done() <-chan struct{} { return b.proc.Done() }

// Log is the end of what it has written.
func (b *Browser) Log() string {
	if b.proc == nil {
		return ""
	}
	return b.proc.Stderr()
}

// Close ends the browser.
func (b *Browser) Close() error {
	err := b.driver.close()
	b.end()
	return err
}

// end ends what may be half started.
func (b *Browser) end() {
	if b.proc != nil {
		b.proc.Kill()
		<-b.proc.Done()
	}
}
