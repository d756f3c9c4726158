package child

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"siths-agent/agent/ticket"
	"siths-agent/agent/ticket/ccache"
)

// programPath is MIT's.
const programPath = "/usr/bin/kinit"

// kinit is how a ticket is got.
type kinit struct {
	program  string
	identity func() (string, error) // what X509_user_identity is (kinit(1)): the way to the key
}

// modules is where p11-kit's client is installed: it is the module of whatever card is at P11_KIT_SERVER_ADDRESS.
func modules() []string {
	return []string{"/usr/lib/*/pkcs11/p11-kit-client.so", "/usr/lib64/pkcs11/p11-kit-client.so", "/usr/lib/pkcs11/p11-kit-client.so"}
}

func virtualCard() (string, error) {
	for _, pattern := range modules() {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return "PKCS11:module_name=" + found[0], nil
		}
	}
	return "", &ticket.Failure{Reason: ticket.NoProgram, Detail: "p11-kit-client.so is not installed"}
}

// ask gets one ticket. Everything that kinit writes lies in a folder of this question's, which is gone afterwards.
func (k kinit) ask(ctx context.Context, q ticket.Question) (ticket.Answer, error) {
	identity, err := k.identity()
	if err != nil {
		return ticket.Answer{}, err
	}
	dir, err := newRoom(q)
	if err != nil {
		return ticket.Answer{}, err
	}
	defer dir.remove()
	if err := k.run(ctx, q, dir, identity); err != nil {
		return ticket.Answer{}, err
	}
	return dir.answer()
}

// run runs kinit, which can ask nobody anything: it has no terminal, and its standard input is empty. Whatever it does
// instead of using the card is a failure.
func (k kinit) run(ctx context.Context, q ticket.Question, dir room, identity string) error {
	cmd := exec.CommandContext(ctx, k.program, arguments(q, dir, identity)...)
	cmd.Env = []string{
		"LC_ALL=C", "KRB5_CONFIG=" + dir.path(ours) + ":" + dir.path(given), "KRB5CCNAME=FILE:" + dir.path(cache),
		"KRB5_TRACE=" + dir.path(trace), "P11_KIT_SERVER_ADDRESS=unix:path=" + q.Card,
	}
	cmd.Dir = string(dir)
	said := &firstWords{}
	cmd.Stderr = said
	alone(cmd)
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return &ticket.Failure{Reason: ticket.NoProgram, Detail: err.Error()}
	}
	if err != nil {
		return judge(dir.traced() + said.String())
	}
	return nil
}

func arguments(q ticket.Question, dir room, identity string) []string {
	args := []string{"-c", "FILE:" + dir.path(cache), "-X", "X509_user_identity=" + identity}
	if q.Lifetime > 0 {
		args = append(args, "-l", strconv.FormatInt(int64(q.Lifetime/time.Second), 10)+"s")
	}
	name := q.Principal
	if q.Realm != "" && (q.Enterprise || !strings.Contains(name, "@")) {
		name += "@" + q.Realm
	}
	if q.Enterprise {
		args = append(args, "-C", "-E")
	}
	return append(args, "--", name)
}

// maxWords is how much of what kinit says is read, in bytes.
const maxWords = 64 << 10

// firstWords keeps the beginning of what a program says.
type firstWords struct{ strings.Builder }

func (w *firstWords) Write(p []byte) (int, error) {
	w.Builder.Write(p[:min(len(p), max(maxWords-w.Len(), 0))])
	return len(p), nil
}

// room is a folder that only we can look into.
type room string

// The files of a room.
const (
	ours    = "ours.conf"  // settings that go before
	given   = "given.conf" // the question's
	issuers = "issuers.pem"
	cache   = "cache"
	trace   = "trace" // what libkrb5 does: a file, since each line on a pipe would wake somebody up
)

func (r room) path(name string) string { return filepath.Join(string(r), name) }

// newRoom makes a folder, in memory where systemd has made one for us (systemd.exec(5), RuntimeDirectory=).
func newRoom(q ticket.Question) (room, error) {
	dir, err := os.MkdirTemp(os.Getenv("RUNTIME_DIRECTORY"), ticket.User+"-")
	if err != nil {
		return "", fmt.Errorf("making a folder: %w", err)
	}
	r := room(dir)
	for name, text := range map[string][]byte{ours: settings(q, r), given: q.Config, issuers: pemOf(q.Issuers)} {
		if err := os.WriteFile(r.path(name), text, 0o600); err != nil {
			r.remove()
			return "", fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return r, nil
}

// remove overwrites the ticket and removes everything.
func (r room) remove() {
	if f, err := os.OpenFile(r.path(cache), os.O_WRONLY, 0); err == nil {
		if info, err := f.Stat(); err == nil {
			_, _ = f.Write(make([]byte, min(info.Size(), 16*ticket.MaxCache)))
		}
		_ = f.Close()
	}
	_ = os.RemoveAll(string(r))
}

// traced is what libkrb5 has done, as far as it matters.
func (r room) traced() string {
	f, err := os.Open(r.path(trace))
	if err != nil {
		return "" // it has not come to do anything
	}
	defer func() { _ = f.Close() }()
	text, _ := io.ReadAll(io.LimitReader(f, maxWords))
	return string(text)
}

// answer reads the ticket that kinit has written.
func (r room) answer() (ticket.Answer, error) {
	f, err := os.Open(r.path(cache))
	if err != nil {
		return ticket.Answer{}, malformed("kinit has left no cache")
	}
	defer func() { _ = f.Close() }()
	file, err := io.ReadAll(io.LimitReader(f, ticket.MaxCache+1))
	if err != nil {
		return ticket.Answer{}, fmt.Errorf("reading the cache: %w", err)
	}
	return answerOf(file)
}

// answerOf finds the ticket-granting ticket in a cache.
func answerOf(file []byte) (ticket.Answer, error) {
	if len(file) > ticket.MaxCache {
		return ticket.Answer{}, &ticket.Failure{Reason: ticket.TooLarge, Detail: fmt.Sprintf("a cache of more than %d bytes", ticket.MaxCache)}
	}
	c, err := ccache.Parse(file)
	if err != nil {
		return ticket.Answer{}, malformed(err.Error())
	}
	for _, t := range c.Tickets {
		if parts := t.Server.Parts; len(parts) == 2 && parts[0] == "krbtgt" && parts[1] == c.Principal.Realm {
			return ticket.Answer{Principal: c.Principal.String(), Starts: t.Starts, Ends: t.Ends, Cache: file}, nil
		}
	}
	return ticket.Answer{}, malformed("no ticket in the cache")
}
