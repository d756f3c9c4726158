package courier

import (
	"context"
	"log/slog"
)

// Options say how to run a courier of one's own, where no service manager runs it.
type Options struct {
	Program string // path of siths-courier
	Socket  string // where it is to be asked, in a folder that only we can write to
	Log     *slog.Logger
}

// Process is a courier that is started again whenever it ends. Questions that come meanwhile wait for it.
type Process struct{ done chan struct{} }

// Start runs a courier until ctx ends, and does not wait for it to come up. Whoever asks at opt.Socket afterwards may
// have to wait, as long as there is something in the way that ends by itself.
func Start(ctx context.Context, opt Options) (*Process, error) { return start(ctx, opt) }

// Done is closed when the courier and its socket are gone.
func (p *Process) Done() <-chan struct{} { return p.done }
