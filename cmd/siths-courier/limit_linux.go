package main

import (
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

const (
	// maxFiles is for 16 questions, each with its asker and the few sockets of a lookup and a connection.
	maxFiles = 256
	// memoryGoal and maxMemory are in bytes; the first is what the garbage collector keeps to, the second, of address
	// space, what the kernel keeps to, with room for what the runtime reserves and does not use.
	memoryGoal, maxMemory = 256 << 20, 2 << 30
)

// limit keeps what a server sends from taking more of the machine than answers need.
func limit() error {
	debug.SetMemoryLimit(memoryGoal)
	for resource, most := range map[int]uint64{unix.RLIMIT_NOFILE: maxFiles, unix.RLIMIT_AS: maxMemory} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return os.NewSyscallError("setrlimit", err)
		}
	}
	return nil
}
