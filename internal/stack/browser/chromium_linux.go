package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"siths-agent/internal/stack"
)

// chromiumArgs start Chromium without what it does besides pages. Its sandbox stays on, for which it must not run as root.
func chromiumArgs(profile string, o Options) []string {
	args := append([]string{}, o.Args...)
	if o.Display == nil {
		args = append(args, "--headless=new")
	}
	return append(args, "--remote-debugging-pipe", "--user-data-dir="+profile, "--no-first-run",
		"--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--password-store=basic", "about:blank")
}

// startChromium starts it with the DevTools protocol on a pair of pipes: descriptor 3 is what it reads, 4 what it writes.
func (b *Browser) startChromium(ctx context.Context, lab *stack.Lab, o Options) error {
	theirs, commands, err := os.Pipe()
	if err != nil {
		return err
	}
	answers, yours, err := os.Pipe()
	if err != nil {
		return errors.Join(err, theirs.Close(), commands.Close())
	}
	b.proc, err = o.start(ctx, lab, stack.Cmd{Path: "/usr/bin/chromium", Args: chromiumArgs(b.profile, o), Files: []*os.File{theirs, yours}})
	if err = errors.Join(err, theirs.Close(), yours.Close()); err != nil {
		return errors.Join(err, commands.Close(), answers.Close())
	}
	d := &devTools{commands: commands, answers: answers, waiting: map[int]chan devAnswer{}, ended: make(chan struct{})}
	go d.listen()
	b.driver = d
	return d.attach(ctx)
}

// devTools speaks the Chrome DevTools Protocol: JSON objects with a NUL byte after each.
type devTools struct {
	commands, answers *os.File
	ended             chan struct{} // closed with the connection

	mu      sync.Mutex
	next    int
	waiting map[int]chan devAnswer
	session string // of the tab
}

type devAnswer struct {
	ID     int
	Result json.RawMessage
	Error  *struct{ Message string }
}

// listen hands answers to whoever waits for them. Events have no number, and nobody waits for them.
func (d *devTools) listen() {
	defer close(d.ended)
	in := bufio.NewReader(d.answers)
	for {
		line, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var a devAnswer
		if json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &a) != nil {
			continue // an event whose fields have other types
		}
		d.mu.Lock()
		to := d.waiting[a.ID]
		delete(d.waiting, a.ID)
		d.mu.Unlock()
		if to != nil {
			to <- a
		}
	}
}

var errGone = errors.New("the browser has gone")

// do sends a command and waits for its answer, which is read into result unless that is nil.
func (d *devTools) do(ctx context.Context, method string, params, result any) error {
	answer, err := d.send(method, params)
	if err != nil {
		return err
	}
	select {
	case a := <-answer:
		if a.Error != nil {
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-d.ended:
		return errGone
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (d *devTools) send(method string, params any) (<-chan devAnswer, error) {
	answer := make(chan devAnswer, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	d.waiting[d.next] = answer
	command := map[string]any{"id": d.next, "method": method, "params": params}
	if d.session != "" {
		command["sessionId"] = d.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	_, err = d.commands.Write(append(text, 0))
	return answer, err
}

// attach opens a tab.
func (d *devTools) attach(ctx context.Context) error {
	var target struct{ TargetID string }
	if err := d.do(ctx, "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var attached struct{ SessionID string }
	if err := d.do(ctx, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		return err
	}
	d.mu.Lock()
	d.session = attached.SessionID
	d.mu.Unlock()
	return nil
}

func (d *devTools) load(ctx context.Context, url string) (string, error) {
	var went struct{ ErrorText string }
	if err := d.do(ctx, "Page.navigate", map[string]any{"url": url}, &went); err != nil {
		return "", err
	}
	if went.ErrorText != "" {
		return "", &LoadError{URL: url, Reason: went.ErrorText}
	}
	return d.text(ctx)
}

// whole is what the page says when all of it is there.
const whole = `new Promise(done => { const tell = () => done(document.body.innerText);
if (document.readyState === "complete") tell(); else addEventListener("load", tell); })`

func (d *devTools) text(ctx context.Context) (string, error) {
	var said struct{ Result struct{ Value string } }
	err := d.do(ctx, "Runtime.evaluate", map[string]any{"expression": whole, "awaitPromise": true, "returnByValue": true}, &said)
	return said.Result.Value, err
}

func (d *devTools) close() error { return errors.Join(d.commands.Close(), d.answers.Close()) }
