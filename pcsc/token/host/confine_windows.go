package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"

	"siths-agent/internal/confine"
)

// startChild fails as all children do.
func startChild(ctx context.Context, opt Options, _, _ *os.File) (*exec.Cmd, error) {
	return confine.Start(ctx, confine.Child{Program: opt.Program})
}

// settingsFile refuses: no child could be given it.
func settingsFile(string) (*os.File, error) {
	return nil, fmt.Errorf("giving a child its settings on Windows: %w", errors.ErrUnsupported)
}

func socketPair() (net.Conn, *os.File, error) {
	return nil, nil, fmt.Errorf("the cardhost pipe on Windows: %w", errors.ErrUnsupported)
}
