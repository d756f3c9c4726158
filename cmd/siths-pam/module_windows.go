package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// openModule refuses: Windows has no PAM.
func openModule() (*os.File, error) {
	return nil, fmt.Errorf("PAM: %w", errors.ErrUnsupported)
}

func watchHangup(*os.File, context.CancelFunc) {}
