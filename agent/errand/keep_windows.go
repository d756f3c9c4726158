package errand

import (
	"context"
	"errors"
	"fmt"
)

// keep refuses: a child needs a restricted token and a job object first.
func keep(_ context.Context, c Child) (*Kept, error) {
	return nil, fmt.Errorf("running %s on Windows: %w", c.Program, errors.ErrUnsupported)
}
