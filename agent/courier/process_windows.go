package courier

import (
	"context"
	"errors"
	"fmt"
)

// start refuses: a child needs a restricted token and a job object first.
func start(context.Context, Options) (*Process, error) {
	return nil, fmt.Errorf("running the courier on Windows: %w", errors.ErrUnsupported)
}
