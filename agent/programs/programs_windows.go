package programs

import (
	"context"
	"errors"
)

// end returns an error that is errors.ErrUnsupported: nothing opens that would have to be cleared first.
func end(context.Context, uint32, []string) ([]string, error) { return nil, errors.ErrUnsupported }
