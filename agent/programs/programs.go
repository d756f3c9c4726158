// Package programs ends a user's programs by name, before somebody else gets to see what they show.
package programs

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ErrStillThere tells that a program did not end in time.
var ErrStillThere = errors.New("a program does not end")

// End ends the programs of a user whose name is among names: bare file names, or paths, of which only the file's name
// counts. They are asked first, and made to when half of the time until ctx ends is over. It returns the names of those that
// it has ended, sorted, once none of them runs any more; an error when that cannot be reached, or seen, before ctx ends.
// What a program calls itself decides: one that takes another name is not found.
func End(ctx context.Context, uid uint32, names []string) ([]string, error) {
	ended, err := end(ctx, uid, baseNames(names))
	slices.Sort(ended)
	if err != nil {
		return slices.Compact(ended), fmt.Errorf("ending programs of user %d: %w", uid, err)
	}
	return slices.Compact(ended), nil
}

func baseNames(names []string) []string {
	base := make([]string, len(names))
	for i, n := range names {
		base[i] = path.Base(strings.ReplaceAll(n, `\`, "/"))
	}
	return base
}
