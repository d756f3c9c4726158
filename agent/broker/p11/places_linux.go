package p11

import "golang.org/x/sys/unix"

// places is how many connections there may be to all sockets together: at most a quarter of the files that the service may
// open, since it has other doors.
func places() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return maxAll
	}
	return int(min(maxAll, limit.Cur/4))
}
