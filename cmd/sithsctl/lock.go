package main

import (
	"context"
	"flag"

	"siths-agent/ui/text"
)

func buildLock(*flag.FlagSet) action {
	return func(ctx context.Context, e *env, _ []string) error {
		if err := e.agent().Lock(ctx); err != nil {
			return err
		}
		return e.println(e.say(text.CtlLocked))
	}
}
