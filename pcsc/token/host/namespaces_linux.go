//go:build !canary_child_network

package host

import "golang.org/x/sys/unix"

// apart are the namespaces in which a child is alone: it has no network and no shared memory.
func apart() uintptr { return unix.CLONE_NEWNET | unix.CLONE_NEWIPC }
