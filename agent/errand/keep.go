package errand

import (
	"context"
	"log/slog"
)

// Child is a program that answers questions, and how to run it where no service manager does.
type Child struct {
	Program string    // its path
	User    string    // the system user that it runs as when we are root
	Socket  string    // where it is to be asked, in a folder that only we can write to; its descriptor 3
	Rights  []uintptr // capabilities that it keeps when we are root; nil: none
	Log     *slog.Logger
}

// Kept is a child that is started again whenever it ends. Questions that come meanwhile wait for it.
type Kept struct{ done chan struct{} }

// Keep runs a child until ctx ends, and does not wait for it to come up. Whoever asks at its socket afterwards may have
// to wait, as long as there is something in the way that ends by itself.
func Keep(ctx context.Context, c Child) (*Kept, error) { return keep(ctx, c) }

// Done is closed when the child and its socket are gone.
func (k *Kept) Done() <-chan struct{} { return k.done }
