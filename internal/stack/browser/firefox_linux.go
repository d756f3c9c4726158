package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"siths-agent/internal/stack"
)

// firefoxPrefs have Firefox take a free port for its Marionette protocol, and leave out what it does besides pages.
const firefoxPrefs = `user_pref("marionette.port", 0);
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
`

// startFirefox starts it and connects to its Marionette port, which it writes into its profile.
func (b *Browser) startFirefox(ctx context.Context, lab *stack.Lab, o Options) error {
	port := filepath.Join(b.profile, "MarionetteActivePort")
	if err := os.Remove(port); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := addPrefs(filepath.Join(b.profile, "prefs.js")); err != nil {
		return err
	}
	args := append([]string{"--no-remote", "--marionette", "--remote-allow-system-access", "--profile", b.profile}, o.Args...)
	if o.Display == nil {
		args = append(args, "--headless")
	}
	proc, err := o.start(ctx, lab, stack.Cmd{Path: "firefox-esr", Args: args})
	if err != nil {
		return err
	}
	b.proc = proc
	number, err := awaitPort(ctx, proc, port)
	if err != nil {
		return err
	}
	conn, err := lab.Dial(ctx, "tcp", net.JoinHostPort("127.0.0.1", number))
	if err != nil {
		return err
	}
	m := &marionette{conn: conn, in: bufio.NewReader(conn)}
	b.driver = m
	return m.begin(ctx)
}

// addPrefs puts the settings behind those that are there.
func addPrefs(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(firefoxPrefs)
	return errors.Join(err, f.Chmod(0o666), f.Close())
}

// awaitPort waits for the file with the port's number.
func awaitPort(ctx context.Context, proc *stack.Proc, file string) (string, error) {
	var number string
	err := stack.Await(ctx, "Firefox's port", func() bool {
		select {
		case <-proc.Done():
			return true
		default:
		}
		text, _ := os.ReadFile(file) // it is not there at first
		number = strings.TrimSpace(string(text))
		return number != ""
	})
	if err == nil && number == "" {
		err = errGone
	}
	return number, err
}

// marionette speaks Firefox's protocol of that name, version 3: arrays of JSON with their length before them. A command is
// [0, id, name, parameters], an answer [1, id, error, result].
type marionette struct {
	conn net.Conn
	in   *bufio.Reader
	next int
}

// pageLoad is how long a page may take; a longer one is a LoadError.
const pageLoad = 10 * time.Second

// begin reads the greeting and opens a session, in which a page that does not load is an error.
func (m *marionette) begin(ctx context.Context) error {
	if _, err := m.read(); err != nil {
		return err
	}
	return m.do(ctx, "WebDriver:NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"acceptInsecureCerts": false, "timeouts": map[string]any{"pageLoad": pageLoad.Milliseconds()}}}}, nil)
}

// do sends a command and waits for its answer. A connection whose wait was cut short is not used again.
func (m *marionette) do(ctx context.Context, name string, params, result any) error {
	stop := context.AfterFunc(ctx, func() { _ = m.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	m.next++
	text, err := json.Marshal([]any{0, m.next, name, params})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(text), text); err != nil {
		return fmt.Errorf("%s: %w", name, errors.Join(ctx.Err(), err))
	}
	answer, err := m.read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, errors.Join(ctx.Err(), err))
	}
	return parseAnswer(answer, result)
}

// marionetteError is what Firefox says when a command fails.
type marionetteError struct {
	Name    string `json:"error"`
	Message string `json:"message"`
}

// Error says both.
func (e *marionetteError) Error() string { return e.Name + ": " + e.Message }

func parseAnswer(text []byte, result any) error {
	var failed *marionetteError
	var kind, id int
	var got json.RawMessage
	if err := json.Unmarshal(text, &[]any{&kind, &id, &failed, &got}); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(got, &struct {
		Value any `json:"value"`
	}{result})
}

// read reads one message.
func (m *marionette) read() ([]byte, error) {
	digits, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(strings.TrimSuffix(digits, ":"))
	if err != nil {
		return nil, err
	}
	text := make([]byte, length)
	_, err = io.ReadFull(m.in, text)
	return text, err
}

func (m *marionette) load(ctx context.Context, url string) (string, error) {
	err := m.do(ctx, "WebDriver:Navigate", map[string]any{"url": url}, nil)
	if failed := (*marionetteError)(nil); errors.As(err, &failed) {
		return "", &LoadError{URL: url, Reason: failed.Error()}
	}
	if err != nil {
		return "", err
	}
	return m.text(ctx)
}

func (m *marionette) text(ctx context.Context) (string, error) {
	var said string
	err := m.do(ctx, "WebDriver:ExecuteScript", map[string]any{"script": "return document.body.innerText", "args": []any{}}, &said)
	return said, err
}

func (m *marionette) close() error { return m.conn.Close() }
