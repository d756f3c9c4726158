package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker/caller"
	"siths-agent/internal/stack"
	"siths-agent/pcsc"
)

const (
	directOpenSC = "OpenSC directly"
	p11Client    = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"

	signRounds    = 200
	callerRounds  = 500
	releaseRounds = 10
	endless       = 1_000_000
)

// anyProgram is a system that any program of the person may use, as often as a rule can say.
const anyProgram = "title = \"Bench\"\nkind = \"tls\"\n[caller]\nmin_tier = 0\n[tls]\norigins = [\"https://bench.example\"]\nmax_signatures_per_minute = 1000\n"

// measureSignatures has a program of the person's sign with the card by the module itself, and then by the virtual card.
func (w *world) measureSignatures(ctx context.Context) ([]figure, error) {
	card, err := w.lab.Card(ctx, w.pki, stack.CardOptions{})
	if err != nil {
		return nil, err
	}
	defer card.Kill()
	if err := w.copySelf(); err != nil {
		return nil, err
	}
	if err := awaitCard(ctx); err != nil {
		return nil, err
	}
	direct, err := w.program(ctx, nil, opensc, signRounds, string(cardPIN()))
	if err != nil {
		return nil, err
	}
	s, err := w.startService(ctx)
	if err != nil {
		return nil, err
	}
	door, err := w.signOn(ctx, s)
	if err != nil {
		return nil, err
	}
	virtual, err := w.program(ctx, door, p11Client, signRounds)
	if err != nil {
		return nil, err
	}
	ends, err := w.measureEnds(ctx, card, s, door)
	if err != nil {
		return nil, err
	}
	callers, err := measureCallers(ctx)
	if err != nil {
		return nil, err
	}
	return signatureFigures(direct.Millis, virtual.Millis, ends, callers), s.stop()
}

// awaitCard waits until the reader service knows of the card.
func awaitCard(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := next(ctx, "the card", watchReader(ctx), func(x sighting) bool { return x.Kind == pcsc.CardIn })
	return err
}

func signatureFigures(direct, virtual, ends, callers sample) []figure {
	const theirs = directOpenSC
	return []figure{
		{Name: "signature through the virtual card, p50", Unit: millisecs, Ours: number(virtual.median()),
			Peers: map[string]number{theirs: number(direct.median())}},
		{Name: "signature through the virtual card, p95", Unit: millisecs, Ours: number(p95(virtual)),
			Peers: map[string]number{theirs: number(p95(direct))}},
		{Name: "the same over the card's own time, p95", Unit: millisecs, Ours: number(p95(virtual) - direct.median()), Goal: atMost(5),
			Note: fmt.Sprintf("%d signatures of one program by p11-kit-client.so, each with its row in the audit log, against the median of %d by opensc-pkcs11.so on the same card", len(virtual), len(direct))},
		{Name: "who calls, of a program that is known, p95", Unit: millisecs, Ours: number(p95(callers)), Goal: atMost(1),
			Note: fmt.Sprintf("%d new connections, without the question to the login manager", len(callers))},
		{Name: "removal to the last signature refused, worst", Unit: millisecs, Ours: number(ends.worst()), Goal: atMost(50),
			Note: fmt.Sprintf("%d removals while a program signs without a pause, from the moment that a second PC/SC client knows until the program's module says no; median %.2f ms, a negative one is a card that answered no more before its reader told", len(ends), ends.median())},
	}
}

func (w *world) self() string { return w.lab.Path("bench-program") }

// copySelf puts this program where anna can run it.
func (w *world) copySelf() error {
	content, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	return stack.WriteProgram(w.self(), content)
}

// program runs a program of anna's to its end.
func (w *world) program(ctx context.Context, env []string, module string, rounds int, pin ...string) (played, error) {
	var out bytes.Buffer
	cmd := stack.Cmd{Path: w.self(), As: person, Env: env, Args: append([]string{programWord, module, fmt.Sprint(rounds)}, pin...), Stdout: &out}
	r, err := w.lab.Run(ctx, cmd)
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("a program with %s: %s", module, r.Stderr)
	}
	var p played
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &p)
	}
	return p, err
}

// signOn puts the system into force and logs in. It returns where programs find the virtual card.
func (w *world) signOn(ctx context.Context, s *service) (env []string, err error) {
	dir := filepath.Join(filepath.Dir(s.Config()), "systems.d")
	err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "bench.toml"), []byte(anyProgram), 0o644))
	if err == nil {
		err = s.Reload()
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.await(ctx, "the system", func(x apitype.Snapshot) bool { return len(x.Systems) == 1 && waiting(x) }); err != nil {
		return nil, err
	}
	anna, err := w.lab.Person(person)
	if err != nil {
		return nil, err
	}
	if _, err := s.unlockByAPI(ctx); err != nil {
		return nil, err
	}
	door := filepath.Join(filepath.Dir(s.Socket()), "p11", fmt.Sprint(anna.UID, ".sock"))
	return []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + door}, nil
}

// measureEnds pulls the card while a program signs.
func (w *world) measureEnds(ctx context.Context, card *stack.Card, s *service, door []string) (ends sample, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sightings := watchReader(ctx)
	for range releaseRounds {
		if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
			return nil, err
		}
		took, err := w.endOnce(ctx, card, door, sightings)
		if err != nil {
			return nil, err
		}
		ends = append(ends, took)
		if err := card.Insert(); err != nil {
			return nil, err
		}
		if _, err := s.await(ctx, "the card's holder", waiting); err != nil {
			return nil, err
		}
		if _, err := s.unlockByAPI(ctx); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

func (w *world) endOnce(ctx context.Context, card *stack.Card, door []string, sightings <-chan sighting) (float64, error) {
	type result struct {
		played
		err error
	}
	done := make(chan result, 1)
	go func() {
		p, err := w.program(ctx, door, p11Client, endless)
		done <- result{p, err}
	}()
	select {
	case <-time.After(200 * time.Millisecond): // it signs by then, and has not had its thousand of this minute
	case r := <-done:
		return 0, fmt.Errorf("the program ended with the card in: %w", errors.Join(r.err, ctx.Err()))
	}
	forget(sightings)
	if err := card.Remove(); err != nil {
		return 0, err
	}
	out, err := next(ctx, "the removal", sightings, func(x sighting) bool { return x.Kind == pcsc.CardOut })
	if err != nil {
		return 0, err
	}
	r := <-done
	return millis(r.Ended.Sub(out.at)), r.err
}

// measureCallers asks again and again who has connected.
func measureCallers(ctx context.Context) (sample, error) {
	dir, err := os.MkdirTemp("", "bench-callers-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }()
	book := caller.New(ctx, noSessions{})
	var all sample
	for n := range callerRounds + 1 {
		took, err := askWho(ctx, book, l)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, millis(took))
		}
	}
	return all, nil
}

func askWho(ctx context.Context, book *caller.Book, l net.Listener) (time.Duration, error) {
	client, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		return 0, err
	}
	defer func() { _ = client.Close() }()
	conn, err := l.Accept()
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	begun := time.Now()
	_, err = book.Who(ctx, conn)
	return time.Since(begun), err
}
