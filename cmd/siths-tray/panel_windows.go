package main

import (
	"context"
	"time"

	"fyne.io/systray"
)

// pace is how long the panel is left alone after each change.
const pace = 100 * time.Millisecond

// run keeps the icon until ctx ends. It belongs to the main thread, which has the icon's messages.
func (p *panel) run(ctx context.Context) {
	go func() {
		<-ctx.Done()
		systray.Quit()
	}()
	systray.Run(func() {
		p.build()
		p.attend(ctx)
	}, nil)
}

// attend draws what is wanted.
func (p *panel) attend(ctx context.Context) {
	for {
		select {
		case <-p.wanted.ready:
			if err := p.draw(); err != nil {
				p.log.Info("the icon is not drawn", "err", err)
			}
			rest(ctx, pace)
		case <-ctx.Done():
			return
		}
	}
}
