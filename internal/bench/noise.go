package main

import (
	"context"
	"time"
)

// tickTime is how often the machine's lateness is looked at.
const tickTime = 10 * time.Millisecond

// watchNoise measures how late a timer comes, in ms, until stop is called: what other programs on the machine cost.
func watchNoise(ctx context.Context) (stop func() sample) {
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan sample, 1)
	go func() {
		var late sample
		for {
			due := time.Now().Add(tickTime)
			if pause(ctx, tickTime) != nil {
				result <- late
				return
			}
			late = append(late, millis(time.Since(due)))
		}
	}()
	return func() sample { cancel(); return <-result }
}
