//go:build !canary_sso_sever

package cut

import (
	"context"
	"fmt"
)

// severed ends the connections of the browsers that are not cut by their processes, and returns how many.
func (c Cutter) severed(ctx context.Context, uid uint32, exes []string) (int, error) {
	inodes, err := Sockets(uid, exes)
	if err != nil || len(inodes) == 0 {
		return 0, err
	}
	n, err := c.Severer.Sever(ctx, uid, inodes)
	if err != nil {
		return n, fmt.Errorf("ending connections: %w", err)
	}
	return n, nil
}
