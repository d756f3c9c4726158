package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/pcsc"
)

const (
	directOpenSC = "OpenSC directly"
	p11Client    = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"

	signRounds  = 200
	slowRounds  = 40
	workingTime = 100 * time.Millisecond
)

// anyProgram is a system that any program of the person may use, as often as a rule can say.
const anyProgram = "title = \"Bench\"\nkind = \"tls\"\n[caller]\nmin_tier = 0\n[tls]\norigins = [\"https://bench.example\"]\nmax_signatures_per_minute = 1000\n"

// signing is what signatures took on one card.
type signing struct {
	direct, virtual played
	cards           [2]int // commands that the card got for all of them
}

// measureSignatures has a program of the person's sign with the card by the module itself, and by the virtual card: on a
// card that answers at once, where all that is ours shows, and on one that takes its time.
func (w *world) measureSignatures(ctx context.Context) ([]figure, error) {
	if err := w.copySelf(); err != nil {
		return nil, err
	}
	quick, err := w.signOnCard(ctx, stack.CardOptions{}, signRounds)
	if err != nil {
		return nil, err
	}
	slow, err := w.signOnCard(ctx, stack.CardOptions{SignLatency: workingTime}, slowRounds)
	if err != nil {
		return nil, err
	}
	return append(quick.quickFigures(), slow.slowFigure()), nil
}

// signOnCard has a card sign so often in each way: half of the direct ones before the others and half of them after, so
// that both meet the same machine.
func (w *world) signOnCard(ctx context.Context, o stack.CardOptions, rounds int) (all signing, err error) {
	card, err := w.lab.Card(ctx, w.pki, o)
	if err != nil {
		return all, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sightings := watchReader(ctx)
	if _, err := next(ctx, "the card", sightings, isIn); err != nil {
		card.Kill()
		return all, err
	}
	err = w.signBothWays(ctx, card, rounds, &all)
	forget(sightings)
	card.Kill()
	_, gone := next(ctx, "the card to be gone", sightings, isOut) // the next one would be taken for it
	return all, errors.Join(err, gone)
}

func (w *world) signBothWays(ctx context.Context, card *stack.Card, rounds int, all *signing) error {
	if err := w.signDirectly(ctx, card, all, rounds/2); err != nil {
		return err
	}
	s, err := w.startService(ctx)
	if err != nil {
		return err
	}
	door, err := w.signOn(ctx, s)
	if err != nil {
		return err
	}
	if all.virtual, all.cards[1], err = w.counted(ctx, card, door, p11Client, rounds); err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	return w.signDirectly(ctx, card, all, rounds/2)
}

func (w *world) signDirectly(ctx context.Context, card *stack.Card, all *signing, rounds int) error {
	p, n, err := w.counted(ctx, card, nil, opensc, rounds, string(cardPIN()))
	all.direct.Millis = append(all.direct.Millis, p.Millis...)
	all.cards[0] += n
	return err
}

// counted runs a program that signs, and counts the commands that the card gets meanwhile.
func (w *world) counted(ctx context.Context, card *stack.Card, env []string, module string, rounds int, pin ...string) (played, int, error) {
	before, err := count(card)
	if err != nil {
		return played{}, 0, err
	}
	p, err := w.program(ctx, env, programWord, module, append([]string{fmt.Sprint(rounds)}, pin...)...)
	if err == nil && len(p.Millis) < rounds {
		err = fmt.Errorf("%s was refused after %d of %d signatures", module, len(p.Millis), rounds)
	}
	if err != nil {
		return played{}, 0, err
	}
	after, err := count(card)
	return p, after.APDU - before.APDU, err
}

func isIn(x sighting) bool  { return x.Kind == pcsc.CardIn }
func isOut(x sighting) bool { return x.Kind == pcsc.CardOut }

// over is what ours took more than the card's own time, which is the median of the direct ones.
func (g signing) over() sample {
	var all sample
	for _, took := range g.virtual.Millis {
		all = append(all, took-g.direct.Millis.median())
	}
	return all
}

func (g signing) quickFigures() []figure {
	direct, virtual := g.direct.Millis, g.virtual.Millis
	each := func(n int, of sample) float64 { return float64(n) / float64(len(of)) }
	return []figure{
		{Name: "signature through the virtual card, p50", Unit: millisecs, Ours: number(virtual.median()),
			Peers: map[string]number{directOpenSC: number(direct.median())}},
		{Name: "signature through the virtual card, p95", Unit: millisecs, Ours: number(p95(virtual)),
			Peers: map[string]number{directOpenSC: number(p95(direct))}},
		{Name: "the same over the card's own time, p50", Unit: millisecs, Ours: number(g.over().median())},
		{Name: "the same over the card's own time, p95", Unit: millisecs, Ours: number(p95(g.over())), Goal: atMost(5),
			Note: fmt.Sprintf("%d signatures of one program by p11-kit-client.so, each with its row in the audit log, against the median of %d by opensc-pkcs11.so on the same card, which answers at once: %.1f commands to the card for each, directly %.1f, with what begins and ends a program. The direct ones are %.2f ms over their own median at p95: that much is the machine.",
				len(virtual), len(direct), each(g.cards[1], virtual), each(g.cards[0], direct), p95(direct)-direct.median())},
	}
}

func (g signing) slowFigure() figure {
	return figure{Name: "the same on a card that takes 100 ms, over its own time, p95", Unit: millisecs, Ours: number(p95(g.over())), Goal: atMost(5),
		Note: fmt.Sprintf("%d signatures; median %.2f ms over. The row is written while the card works: it is on the disk long before this card has signed, and about as soon as one that answers at once has.", len(g.virtual.Millis), g.over().median())}
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
func (w *world) program(ctx context.Context, env []string, word, module string, args ...string) (played, error) {
	var out bytes.Buffer
	cmd := stack.Cmd{Path: w.self(), As: person, Env: env, Args: append([]string{word, module}, args...), Stdout: &out}
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
