package cut

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// NetworkServices ends the network processes of a user's browsers of Chromium's family, and returns how many it ended. With
// exes, only of those browsers. The browsers start new ones by themselves, which know neither connections nor TLS sessions.
func NetworkServices(ctx context.Context, uid uint32, exes []string) (int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, fmt.Errorf("listing processes: %w", err)
	}
	ended, seen := 0, false
	var errs []error
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		seen = seen || pid == 1
		was, err := endOne(ctx, pid, uid, exes)
		if was {
			ended++
		}
		errs = append(errs, err)
	}
	if !seen { // hidepid of proc(5), or ProtectProc= of systemd.exec(5)
		errs = append(errs, errHidden)
	}
	return ended, errors.Join(errs...)
}

var errHidden = errors.New("the processes of other users are hidden")

// endOne ends a process if it is one to cut. It is held while it is looked at, so that another process which gets its
// number gets nothing.
func endOne(ctx context.Context, pid int, uid uint32, exes []string) (bool, error) {
	if p, err := lookAt(pid, uid); err != nil || !p.isOf(uid) || !p.isNetworkService(exes) {
		return false, gone(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false, gone(err)
	}
	defer unix.Close(fd)
	if p, err := lookAt(pid, uid); err != nil || !p.isOf(uid) || !p.isNetworkService(exes) {
		return false, gone(err)
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil {
		return false, gone(err)
	}
	return true, await(ctx, fd)
}

// await waits until the process has ended (pidfd_open(2): it is readable then).
func await(ctx context.Context, fd int) error {
	for {
		left := longest
		if at, bounded := ctx.Deadline(); bounded {
			left = time.Until(at)
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(max(left, 0)/time.Millisecond))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("waiting for a process to end: %w", err)
		case n == 0:
			return errStillThere
		}
		return nil
	}
}

var errStillThere = errors.New("a process does not end")

func lookAt(pid int, uid uint32) (process, error) {
	return look(os.DirFS(filepath.Join("/proc", strconv.Itoa(pid))), uid)
}

// look reads what a process' folder in proc(5) says of it. Of a process that is not the person's the command line is not
// read: it is nothing to us, and may hold a secret.
func look(dir fs.FS, uid uint32) (p process, err error) {
	status, err := fs.ReadFile(dir, "status")
	if err != nil {
		return process{}, err
	}
	if p.uid, p.gid, err = parseIDs(status); err != nil || !p.isOf(uid) {
		return p, err
	}
	cmdline, err := fs.ReadFile(dir, "cmdline")
	if err != nil {
		return process{}, err
	}
	p.exe, p.args = parseArgs(cmdline)
	return p, nil
}

// gone makes nothing of the errors of a process that has ended by itself.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) { // a thread's number
		return nil
	}
	return err
}
