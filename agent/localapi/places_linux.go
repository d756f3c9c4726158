package localapi

import "golang.org/x/sys/unix"

// places is how many connections of users there may be: half of the files that the service may open, which leaves
// the other half to cards and to the audit log.
func places() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return maxConns
	}
	return int(min(maxConns, limit.Cur/2))
}
