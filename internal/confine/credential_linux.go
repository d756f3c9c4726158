//go:build !canary_child_user

package confine

import "syscall"

// stranger is whom the child of a process that is root runs as: somebody with no rights and no groups.
func stranger(user string) *syscall.Credential {
	uid, gid := ids(user)
	return &syscall.Credential{Uid: uid, Gid: gid, Groups: []uint32{}}
}
