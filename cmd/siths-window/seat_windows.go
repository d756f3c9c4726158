package main

import (
	"context"
	"errors"
	"fmt"

	"siths-agent/ui/model"
)

var errShown = errors.New("another window of this session shows the page")

// seat is nobody's here.
type seat struct{}

func claim(context.Context, func(string) string, model.Page) (*seat, error) {
	return nil, fmt.Errorf("finding this session's window: %w", errors.ErrUnsupported)
}

func (*seat) release() {}

func (*seat) serve(context.Context, func(context.Context, model.Page) bool) {}
