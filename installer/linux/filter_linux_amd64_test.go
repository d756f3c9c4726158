package linux

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Where a seccomp filter finds what it looks at (seccomp(2), struct seccomp_data): the call's number, the
// architecture, and the low half of each argument on a little-endian machine.
const (
	offNumber    = 0
	offArch      = 4
	offArguments = 16
)

// refuse is the verdict that makes a call fail with an error number (seccomp(2), SECCOMP_RET_ERRNO).
func refuse(errno unix.Errno) unix.SockFilter { return verdict(unix.SECCOMP_RET_ERRNO | uint32(errno)) }

func verdict(v uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: v} }

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// skipUnless goes on when the loaded word is k, and skips n instructions when it is not.
func skipUnless(k uint32, n uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jf: n}
}

// skip skips n instructions.
func skip(n uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: n} }

// onArgument judges one call by the bits of one argument, and lets the filter go on when they are not bits.
// equal says which outcome is refused.
func onArgument(call uint32, argument int, mask, bits uint32, equal bool, no unix.SockFilter) []unix.SockFilter {
	jump := unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: bits, Jf: 1}
	if !equal {
		jump.Jt, jump.Jf = 1, 0
	}
	return []unix.SockFilter{
		skipUnless(call, 5),
		load(offArguments + 8*uint32(argument)),
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask},
		jump,
		no,
		load(offNumber),
	}
}

// namespaces are the flags of clone(2) that RestrictNamespaces= refuses.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
	unix.CLONE_NEWPID | unix.CLONE_NEWNET

// onFamily lets sockets be of these address families alone.
func onFamily(families []uint32) []unix.SockFilter {
	n := uint8(len(families))
	rule := []unix.SockFilter{skipUnless(unix.SYS_SOCKET, n+3), load(offArguments)}
	for i, family := range families {
		rule = append(rule, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: family, Jt: n - uint8(i)})
	}
	return append(rule, refuse(unix.EAFNOSUPPORT), load(offNumber))
}

// filter is what systemd makes of SystemCallFilter=, RestrictAddressFamilies=, RestrictNamespaces= and
// MemoryDenyWriteExecute=.
func filter(families, allowed []uint32) []unix.SockFilter {
	const writeExec = unix.PROT_WRITE | unix.PROT_EXEC
	program := []unix.SockFilter{load(offArch), skipUnless(unix.AUDIT_ARCH_X86_64, 1), skip(1), refuse(unix.EPERM), load(offNumber)}
	for _, rule := range [][]unix.SockFilter{
		onFamily(families),
		onArgument(unix.SYS_MMAP, 2, writeExec, writeExec, true, refuse(unix.EPERM)),
		onArgument(unix.SYS_MPROTECT, 2, unix.PROT_EXEC, unix.PROT_EXEC, true, refuse(unix.EPERM)),
		onArgument(unix.SYS_CLONE, 0, namespaces, 0, false, refuse(unix.EPERM)),
		{skipUnless(unix.SYS_CLONE3, 1), refuse(unix.ENOSYS)}, // its flags lie in memory that a filter cannot see
		{skipUnless(unix.SYS_UNSHARE, 1), refuse(unix.EPERM)},
		{skipUnless(unix.SYS_SETNS, 1), refuse(unix.EPERM)},
	} {
		program = append(program, rule...)
	}
	for _, call := range allowed {
		program = append(program, skipUnless(call, 1), verdict(unix.SECCOMP_RET_ALLOW))
	}
	return append(program, refuse(unix.EPERM))
}

// installFilter puts the filter on every thread of this process, and on whatever it becomes.
func installFilter(families, allowed []uint32) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("giving up new privileges: %w", err)
	}
	program := filter(families, allowed)
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("putting the filter on: %w", errno)
	}
	return nil
}
