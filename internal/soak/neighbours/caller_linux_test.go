package neighbours

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// served is how the calls of an honest person went.
type served struct {
	Calls, Failed int
	P50, P99, Max time.Duration
	First         string // of the failures
}

// String is the result as the sheet has it.
func (s served) String() string {
	return fmt.Sprintf("%d of %d failed, p50 %.1f ms, p99 %.0f ms, max %.0f ms", s.Failed, s.Calls, ms(s.P50), ms(s.P99), ms(s.Max))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// caller is an honest person who asks for the status, so often but not for longer than a while, on a connection of its
// own each time: as fast as it is answered, or at every tick.
func caller(socket string, args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	every, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	while, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	api := client.Client{Socket: socket}
	var out served
	var took []time.Duration
	tick := time.NewTicker(max(1, every))
	defer tick.Stop()
	for start := time.Now(); out.Calls < n && time.Since(start) < while; {
		<-tick.C
		begun := time.Now()
		_, err := api.Snapshot(context.Background())
		took = append(took, time.Since(begun))
		if out.Calls++; err != nil {
			if out.Failed++; out.First == "" {
				out.First = err.Error()
			}
		}
	}
	slices.Sort(took)
	out.P50, out.P99, out.Max = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
	return json.NewEncoder(os.Stdout).Encode(out)
}

// typist is an honest person who types the PIN that is in the input, through a locker's unlock or as the card's holder.
func typist(socket string, args []string) error {
	api := client.Client{Socket: socket}
	ctx := context.Background()
	typed, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	offer, err := api.UnlockBegin(ctx, apitype.UnlockRequest{Account: args[0], Service: "neighbours"})
	if err != nil {
		return err
	}
	r, err := api.PIN(ctx, apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, typed)
	if err == nil && r.Problem != nil {
		err = r.Problem
	}
	if err != nil {
		return err
	}
	answer, err := api.UnlockFinish(ctx, offer.Unlock)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}
