package caller

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

var errAsUser = errors.New("the kernel does not let this process look with a user's eyes")

// AsUser runs f with a user's rights to files and to what proc(5) tells, and no more (setfsuid(2)): the service has no
// right of its own to look at the programs of others, and needs none. f runs on a thread of its own; no other work ever
// runs on it unless it has got its own rights back.
func AsUser(uid, gid uint32, f func()) error {
	if uid == uint32(os.Geteuid()) && gid == uint32(os.Getegid()) {
		f()
		return nil
	}
	failed := errAsUser
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = onThread(int(uid), int(gid), f)
	}()
	<-done
	return failed
}

// onThread changes the thread it is called on. When it does not come back as it was, the thread ends with the goroutine,
// since it stays locked to it.
func onThread(uid, gid int, f func()) error {
	runtime.LockOSThread()
	defer func() {
		if become(os.Geteuid(), os.Getegid()) == nil {
			runtime.UnlockOSThread()
		}
	}()
	if err := become(uid, gid); err != nil {
		return err
	}
	f()
	return nil
}

// become changes the thread's ids and reads back whether the kernel has: setfsuid(2) and setfsgid(2) report no failure.
func become(uid, gid int) error {
	_, errG := unix.SetfsgidRetGid(gid)
	_, errU := unix.SetfsuidRetUid(uid)
	nowG, errNowG := unix.SetfsgidRetGid(-1)
	nowU, errNowU := unix.SetfsuidRetUid(-1)
	if err := errors.Join(errG, errU, errNowG, errNowU); err != nil {
		return fmt.Errorf("%w: %w", errAsUser, err)
	}
	if nowU != uid || nowG != gid {
		return fmt.Errorf("%w: it is %d:%d and not %d:%d", errAsUser, nowU, nowG, uid, gid)
	}
	return nil
}
