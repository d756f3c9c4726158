package unlock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Desktop stands for the desktop sessions of the machine, which this system's build cannot follow.
type Desktop struct{}

// errWindows is what every call answers.
var errWindows = fmt.Errorf("following desktop sessions on Windows: %w", errors.ErrUnsupported)

// Connect returns an error that is errors.ErrUnsupported.
func Connect(context.Context, *slog.Logger) (*Desktop, error) { return nil, errWindows }

// SessionOf returns an error that is errors.ErrUnsupported.
func (d *Desktop) SessionOf(context.Context, int32, uint32) (Session, error) {
	return Session{}, errWindows
}

// OfUser returns an error that is errors.ErrUnsupported.
func (d *Desktop) OfUser(context.Context, uint32) ([]Session, error) { return nil, errWindows }

// All returns an error that is errors.ErrUnsupported.
func (d *Desktop) All(context.Context) ([]Session, error) { return nil, errWindows }

// IdleFor returns an error that is errors.ErrUnsupported.
func (d *Desktop) IdleFor(context.Context, uint32) (time.Duration, error) { return 0, errWindows }

// Lock returns an error that is errors.ErrUnsupported.
func (d *Desktop) Lock(context.Context, string) error { return errWindows }

// LockUser returns an error that is errors.ErrUnsupported.
func (d *Desktop) LockUser(context.Context, uint32) error { return errWindows }

// End returns an error that is errors.ErrUnsupported.
func (d *Desktop) End(context.Context, string) error { return errWindows }

// Events returns a channel on which nothing arrives.
func (d *Desktop) Events() <-chan Event { return nil }

// Close does nothing.
func (d *Desktop) Close() {}
