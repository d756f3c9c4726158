package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
)

// pinentry is the peer of windows: what GnuPG asks for PINs with, in GTK 2. It is told what to do on its input (Assuan).
const pinentry = "pinentry-gtk-2"

func gtkPeer() stack.Cmd {
	return stack.Cmd{Path: pinentry, Stdin: strings.NewReader("SETPROMPT PIN\nGETPIN\nBYE\n")}
}

// windows measures windows that are started with the card in.
func (d *desk) windows(ctx context.Context) ([]figure, error) {
	ours, resident, gone, err := d.rounds(ctx, d.window())
	if err != nil {
		return nil, err
	}
	theirs, theirResident, _, err := d.rounds(ctx, gtkPeer)
	if err != nil {
		return nil, fmt.Errorf("the peer: %w", err)
	}
	size, err := d.fileSize("siths-window")
	return []figure{
		{Name: "window's start to the keyboard, p95", Unit: seconds, Ours: number(p95(ours)), Peers: map[string]number{pinentry: number(p95(theirs))},
			Note: fmt.Sprintf("%d windows, medians %.2f s and %.2f s; OpenGL in software", windowRounds, ours.median(), theirs.median())},
		{Name: "window, memory at most", Unit: megabytes, Ours: number(resident.worst()), Goal: atMost(150), Peers: map[string]number{pinentry: number(theirResident.worst())},
			Note: fmt.Sprintf("its file has %.1f MB", size)},
		{Name: "Esc to window's process gone", Unit: seconds, Ours: number(gone.worst()), Goal: atMost(1), Note: fmt.Sprintf("the worst of %d", windowRounds)},
	}, err
}

// plainWindows measures windows that need no OpenGL.
func (d *desk) plainWindows(ctx context.Context) ([]figure, error) {
	took, resident, gone, err := d.rounds(ctx, d.window("--plain"))
	return []figure{
		{Name: "plain window's start to the keyboard, p95", Unit: seconds, Ours: number(p95(took)), Goal: atMost(1),
			Note: fmt.Sprintf("%d windows, median %.2f s; %.1f MB at most, gone in %.2f s at most", windowRounds, took.median(), resident.worst(), gone.worst())},
	}, err
}

// insertions measures from the card to the keyboard, with the tray that opens windows.
func (d *desk) insertions(ctx context.Context) ([]figure, error) {
	var total, read sample
	for range windowRounds {
		if err := d.withoutCard(ctx); err != nil {
			return nil, err
		}
		start := time.Now()
		if err := d.card.Insert(); err != nil {
			return nil, err
		}
		d.AwaitPhase(apitype.NeedPIN)
		read = append(read, time.Since(start).Seconds())
		if _, err := d.keyboardAt(ctx, d.windowsOfOurs); err != nil {
			return nil, err
		}
		total = append(total, time.Since(start).Seconds())
	}
	return []figure{{Name: "card in to window with the keyboard, p95", Unit: seconds, Ours: number(p95(total)), Goal: atMost(0.7),
		Note: fmt.Sprintf("%d cards, median %.2f s, of which the reader service and reading the card take %.2f s (p95 %.2f s)",
			windowRounds, total.median(), read.median(), p95(read))}}, nil
}

// withoutCard takes the card out and waits until no window of ours is there.
func (d *desk) withoutCard(ctx context.Context) error {
	if err := d.card.Remove(); err != nil {
		return err
	}
	d.AwaitPhase(apitype.NoCard)
	for len(d.windowsOfOurs()) > 0 {
		d.screen.Key("Escape")
		if err := pause(ctx, 10*lookTime); err != nil {
			return err
		}
	}
	return nil
}

// windowsOfOurs are the processes of windows that the tray has started.
func (d *desk) windowsOfOurs() []int { return family(d.tray.PID)[1:] }
