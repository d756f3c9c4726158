package readers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token/host"
	"siths-agent/pcsc/token/host/child"
)

// neighbourName is the name by which this program is a neighbour instead of a test. It reads one line for each thing
// that it has to do and answers with one line.
const neighbourName = "neighbour"

// places is how many workplaces the long form has at a time.
const places = 8

// reader is the first slot of the labs' reader.
const reader = "Virtual PCD 00 00"

// TestMain plays a neighbour where it was started by the name of one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != neighbourName {
		soak.Together(places)
		os.Exit(m.Run())
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	if err := play(lines, os.Args[1], os.Args[2:]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// play plays one kind of neighbour.
func play(lines <-chan string, kind string, args []string) error {
	switch kind {
	case "greedy":
		return greedy(lines)
	case "holder":
		return hold(lines, args[0])
	case "thief":
		return thief(lines)
	case "borrower":
		return borrow(lines)
	case "guesser":
		return guess(lines, args[0])
	case "opener":
		return openLate(lines)
	}
	return fmt.Errorf("nobody is called %q", kind)
}

// takeEvery is how often the greedy one looks for another context.
const takeEvery = time.Millisecond

// greedy takes every context that the PC/SC service has, also those that others give back, and then lets go of all.
func greedy(lines <-chan string) error {
	for range lines {
		var taken []*scard.Context
		told, done := false, false
		for !done {
			ctx, err := scard.EstablishContext()
			if err == nil {
				taken = append(taken, ctx)
				continue
			}
			if !told {
				fmt.Println(len(taken), err)
				told = true
			}
			select {
			case <-lines:
				done = true
			case <-time.After(takeEvery):
			}
		}
		for _, ctx := range taken {
			if err := ctx.Release(); err != nil {
				return err
			}
		}
		fmt.Println("given back", len(taken))
	}
	return nil
}

// hold takes the reader as soon as it can be had, in one of three ways, and lets it go.
func hold(lines <-chan string, way string) error {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return err
	}
	for range lines {
		card, err := grab(ctx, way)
		if err != nil {
			return err
		}
		fmt.Println("holding")
		<-lines
		fmt.Println("let go", card.Disconnect(scard.LeaveCard))
	}
	return nil
}

// grab tries until it has the reader.
func grab(ctx *scard.Context, way string) (*scard.Card, error) {
	mode := map[string]scard.ShareMode{"exclusive": scard.ShareExclusive, "transaction": scard.ShareShared, "shared": scard.ShareShared,
		"empty reader": scard.ShareDirect}[way]
	for {
		card, err := ctx.Connect(reader, mode, scard.ProtocolAny)
		if err == nil && way == "transaction" {
			err = card.BeginTransaction()
		}
		if err == nil {
			return card, nil
		}
		if !errors.Is(err, scard.ErrSharingViolation) && !errors.Is(err, scard.ErrNoSmartcard) && !errors.Is(err, scard.ErrResetCard) {
			return nil, err
		}
		if card != nil {
			_ = card.Disconnect(scard.LeaveCard)
		}
	}
}

// borrow gives the card its PIN, for others to use.
func borrow(lines <-chan string) error {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return err
	}
	for range lines {
		card, err := grab(ctx, "shared")
		if err != nil {
			return err
		}
		got := loot{}
		got.add(card, giveRightPIN())
		fmt.Println(got, card.Disconnect(scard.LeaveCard))
	}
	return nil
}

// guess gives wrong PINs to the service, each for the insertion in the line: what malware of the person's own would do.
func guess(lines <-chan string, socket string) error {
	api := client.Client{Socket: socket}
	for line := range lines {
		n, err := strconv.ParseUint(line, 10, 64)
		if err != nil {
			return err
		}
		r, err := api.PIN(context.Background(), apitype.PINRequest{Insertion: n}, []byte(workplace.WrongPIN))
		switch {
		case err != nil:
			fmt.Println("error", err)
		case r.Problem != nil:
			fmt.Println(r.Problem.Code)
		default:
			fmt.Println("opened")
		}
	}
	return nil
}

// openLate opens the card as a child does whose first look at the number of tries is as old as the line says. The PC/SC
// service takes a moment to notice the card.
func openLate(lines <-chan string) error {
	look := time.NewTicker(takeEvery)
	defer look.Stop()
	for cards := 0; cards == 0; <-look.C {
		var err error
		if _, cards, err = pcsc.Inserted(); err != nil {
			return err
		}
	}
	for line := range lines {
		n, err := strconv.Atoi(line)
		if err != nil {
			return err
		}
		card := &child.P11{Probe: func(string) (*int, error) { return &n, nil }}
		info, err := card.Open(host.OpenRequest{Reader: reader, Modules: []string{"opensc-pkcs11.so"}})
		if err != nil {
			return err
		}
		fmt.Println(*info.Tries, card.Close())
	}
	return nil
}
