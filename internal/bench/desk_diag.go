package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"siths-agent/internal/stack"
)

// diagnosis measures the page for the helpdesk and the bundle for support.
func (d *desk) diagnosis(ctx context.Context) ([]figure, error) {
	program, err := d.Program("sithsctl")
	if err != nil {
		return nil, err
	}
	var took, size sample
	for n := range waitRounds {
		out := d.Path(fmt.Sprintf("bundle-%d.zip", n))
		start := time.Now()
		r, err := d.Lab.Lab.Run(ctx, stack.Cmd{Path: program, Args: []string{"--socket", d.API.Socket, "diag", "--out", out, "--yes"}})
		if err != nil || r.Code != 0 {
			return nil, fmt.Errorf("sithsctl diag ended with %d, %v: %s", r.Code, err, r.Stderr)
		}
		took = append(took, time.Since(start).Seconds())
		info, err := os.Stat(out)
		if err != nil {
			return nil, err
		}
		size = append(size, float64(info.Size())/(1<<20))
	}
	return []figure{
		{Name: "diagnostics page and bundle", Unit: seconds, Ours: number(took.worst()), Goal: atMost(10), Note: fmt.Sprintf("the worst of %d, with the service well; whatever hangs, a look is given up after 4 s", waitRounds)},
		{Name: "bundle", Unit: megabytes, Ours: number(size.worst()), Goal: atMost(5)},
	}, nil
}

// statFields are the fields of a process after its name (proc_pid_stat(5)), the state first.
func statFields(text string) []string {
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
}
