// Package confine starts children that have nothing of ours but what they are given.
package confine

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
)

// Child is a program to start.
type Child struct {
	Program    string     // its path
	User       string     // the system user that it runs as when we are root; nobody, as long as there is no such user
	Env        []string   // all of its environment
	Files      []*os.File // its descriptors from 3 on
	Namespaces uintptr    // flags of clone(2) for namespaces of its own
	Rights     []uintptr  // capabilities that it keeps when we are root; nil: none
	Log        *slog.Logger
	Level      slog.Level // of what it writes to its standard error
}

// Start starts a child that dies with us, has no terminal, no groups and none of our descriptors, and whose folder is
// the root. Ending ctx kills it.
func Start(ctx context.Context, c Child) (*exec.Cmd, error) { return start(ctx, c) }

// IDs are the numbers of a system user and its group that is not root, or nobody's.
func IDs(user string) (uid, gid uint32) { return ids(user) }
