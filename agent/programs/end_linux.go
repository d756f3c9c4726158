package programs

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

const errSearch = unix.ESRCH // proc(5) of a process that ends while it is read

const (
	// firstLook and longestLook bound the pause between two looks at what still runs.
	firstLook, longestLook = 5 * time.Millisecond, 80 * time.Millisecond
	// defaultTime is how long a program may take where the caller has set no time.
	defaultTime = 2 * time.Second
)

// end asks every process that matches to end, and then makes it. What starts meanwhile is ended too.
func end(ctx context.Context, uid uint32, names []string) (ended []string, err error) {
	begun, limit := time.Now(), defaultTime
	if at, ok := ctx.Deadline(); ok {
		limit = time.Until(at)
	}
	asked := map[int]bool{}
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		signal := unix.SIGTERM
		if time.Since(begun) > limit/2 {
			signal = unix.SIGKILL
		}
		found, err := signalAll(uid, names, signal, asked)
		ended = append(ended, found...)
		if err != nil || len(found) == 0 {
			return ended, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ended, errors.Join(ErrStillThere, ctx.Err())
		}
	}
}

// signalAll sends a signal to every process that matches and returns their names. Who was asked to end is not asked again.
func signalAll(uid uint32, names []string, signal unix.Signal, asked map[int]bool) ([]string, error) {
	pids, err := processes()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, pid := range pids {
		name, err := signalOne(pid, uid, names, signal, asked)
		if err != nil {
			return found, err
		}
		if name != "" {
			found = append(found, name)
		}
	}
	return found, nil
}

// signalOne sends a signal to a process if it matches, and returns its name then. It is held while it is looked at, so that
// another process which gets its number gets nothing.
func signalOne(pid int, uid uint32, names []string, signal unix.Signal, asked map[int]bool) (string, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) { // gone, or a thread's number
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	p, err := look(pid)
	if err != nil || p.dead || !isOf(p, uid) {
		return "", err
	}
	name, matches := p.called(names)
	if !matches || asked[pid] && signal == unix.SIGTERM {
		return name, nil
	}
	asked[pid] = true
	if err := unix.PidfdSendSignal(fd, signal, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return name, err
	}
	return name, nil
}

func isOf(p process, uid uint32) bool { return p.uid == uint64(uid) }
