package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"siths-agent/internal/stack"
)

// unlocking is one unlock as the person at the prompt sees it.
type unlocking struct {
	ToPrompt    time.Duration // from the program's start to its question for the PIN
	ToResult    time.Duration // from the PIN's last byte typed to the program's end
	PromptAPDUs int           // what went to the card before the question
	APDUs       int           // what went to the card after it
}

// unlockings are several, with the figures taken from them.
type unlockings []unlocking

func (u unlockings) toPrompt() sample {
	return u.each(func(x unlocking) float64 { return x.ToPrompt.Seconds() })
}

func (u unlockings) toResult() sample {
	return u.each(func(x unlocking) float64 { return x.ToResult.Seconds() })
}

func (u unlockings) millisToResult() sample {
	return u.each(func(x unlocking) float64 { return millis(x.ToResult) })
}

func (u unlockings) whole() sample {
	return u.each(func(x unlocking) float64 { return (x.ToPrompt + x.ToResult).Seconds() })
}

func (u unlockings) apdus() sample {
	return u.each(func(x unlocking) float64 { return float64(x.APDUs) })
}

func (u unlockings) allAPDUs() sample {
	return u.each(func(x unlocking) float64 { return float64(x.PromptAPDUs + x.APDUs) })
}

func (u unlockings) each(f func(unlocking) float64) sample {
	out := make(sample, len(u))
	for i, x := range u {
		out[i] = f(x)
	}
	return out
}

// withErrors joins a program's errors to its output: pamtester prompts on the first and reports on the second.
const withErrors = `exec "$0" "$@" 2>&1`

// unlockByPAM logs the person in through a PAM service with pamtester: wait for the prompt, type the PIN, wait for the
// end.
func (w *world) unlockByPAM(ctx context.Context, card *stack.Card, service string) (unlocking, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	keys, keyboard, err := os.Pipe()
	if err != nil {
		return unlocking{}, err
	}
	defer keys.Close()
	defer keyboard.Close()
	before, err := count(card)
	if err != nil {
		return unlocking{}, err
	}
	screen := newPrompt()
	start := time.Now()
	proc, err := w.lab.Start(ctx, stack.Cmd{
		Path: "/bin/sh", Args: []string{"-c", withErrors, "pamtester", service, person, "authenticate"},
		Stdin: keys, Stdout: screen,
	})
	if err != nil {
		return unlocking{}, err
	}
	u, err := answerPrompt(ctx, card, proc, screen, keyboard)
	if err != nil {
		return unlocking{}, fmt.Errorf("%s: %w; it said:\n%s", service, err, screen)
	}
	u.ToPrompt, u.PromptAPDUs = screen.when().Sub(start), u.PromptAPDUs-before.APDU
	return u, nil
}

// answerPrompt types the PIN when it is asked for. PromptAPDUs of its answer is the card's counter at the prompt.
func answerPrompt(ctx context.Context, card *stack.Card, proc *stack.Proc, screen *prompt, keyboard *os.File) (unlocking, error) {
	select {
	case <-screen.asked:
	case <-proc.Done():
		return unlocking{}, fmt.Errorf("it ended with %d before it asked", proc.Code())
	case <-ctx.Done():
		return unlocking{}, fmt.Errorf("waiting for the prompt: %w", ctx.Err())
	}
	at, err := count(card)
	if err != nil {
		return unlocking{}, err
	}
	if _, err := keyboard.Write(append(cardPIN(), '\n')); err != nil {
		return unlocking{}, err
	}
	typed := time.Now()
	code, err := proc.Wait(ctx)
	took := time.Since(typed)
	if err != nil || code != 0 {
		return unlocking{}, fmt.Errorf("it ended with %d, %v", code, err)
	}
	after, err := count(card)
	return unlocking{ToResult: took, PromptAPDUs: at.APDU, APDUs: after.APDU - at.APDU}, err
}
