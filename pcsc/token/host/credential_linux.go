//go:build !canary_child_user

package host

import "syscall"

// stranger is whom the child of a service that is root runs as: somebody with no rights and no groups.
func stranger() *syscall.Credential {
	uid, gid := childIDs()
	return &syscall.Credential{Uid: uid, Gid: gid, Groups: []uint32{}}
}
