package kerberos

import "os"

// whoAsks is the user that kinit runs as: who has no rights over others has children that are no others.
func whoAsks(uid uint32) uint32 {
	if os.Geteuid() != 0 {
		return uint32(os.Geteuid())
	}
	return uid
}
