package main

import (
	"context"
	"log/slog"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/resident"
)

const (
	// firstWord is how long a service that has let us in may take to say something.
	firstWord = 10 * time.Second
	// steady is how long a watch lasts when all is well. One that is cut off after that is taken up again at once.
	steady = 5 * time.Second
)

// service is what the tray asks of it.
type service interface {
	Watch(ctx context.Context, f func(apitype.Snapshot) error) error
	Lock(ctx context.Context) error
}

// follow tells what the service says until ctx ends, and each attempt that it does not answer. It comes back whenever the
// service does, and never in a hurry to one that throws it out.
func follow(ctx context.Context, s service, log *slog.Logger, tell func(resident.Event)) {
	p := pauses{least: time.Second, most: 5 * time.Second}
	for {
		began := time.Now()
		heard, err := listen(ctx, s, tell)
		if ctx.Err() != nil {
			return
		}
		if heard && time.Since(began) >= steady {
			p.reset()
			continue
		}
		tell(resident.Lost{})
		log.Debug("the service does not answer", "err", err)
		rest(ctx, p.next())
	}
}

// listen watches once, and returns whether anything was heard.
func listen(ctx context.Context, s service, tell func(resident.Event)) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(firstWord, cancel)
	defer silent.Stop()
	heard := false
	err := s.Watch(ctx, func(snapshot apitype.Snapshot) error {
		silent.Stop()
		heard = true
		tell(resident.Told{Snapshot: snapshot})
		return nil
	})
	return heard, err
}
