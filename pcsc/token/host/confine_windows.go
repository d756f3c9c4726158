package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
)

// startChild refuses: a child needs a restricted token and a job object first.
func startChild(context.Context, Options, *os.File, *os.File) (*exec.Cmd, error) {
	return nil, fmt.Errorf("confining a child on Windows: %w", errors.ErrUnsupported)
}

// settingsFile refuses: no child could be given it.
func settingsFile(string) (*os.File, error) {
	return nil, fmt.Errorf("giving a child its settings on Windows: %w", errors.ErrUnsupported)
}

func socketPair() (net.Conn, *os.File, error) {
	return nil, nil, fmt.Errorf("the cardhost pipe on Windows: %w", errors.ErrUnsupported)
}
