package caller

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// largest is the size of the largest program that is read.
const largest = 1 << 30

var errNotRead = errors.New("the program is not where the service reads programs")

// describe reads a program. It is done as the service itself, so that it goes only where a user can neither write nor
// have the kernel wait for a file system.
func describe(path string, f file) (description, error) {
	here, err := openCached(path)
	if err != nil {
		return description{}, err
	}
	defer func() { _ = here.Close() }()
	now, mount, err := stateOf(int(here.Fd()))
	if err != nil {
		return description{}, fmt.Errorf("looking at %s: %w", path, err)
	}
	if now != f || !mayRead(now) || !isLocal(mount) {
		return description{}, fmt.Errorf("reading %s: %w", path, errNotRead)
	}
	digest, err := digestOf(here)
	if err != nil {
		return description{}, fmt.Errorf("reading %s: %w", path, err)
	}
	return description{digest: digest, pkg: packageOf(path)}, nil
}

// digestOf is the SHA-256 of the very file that was looked at.
func digestOf(seen *os.File) (string, error) {
	f, err := os.Open("/proc/self/fd/" + strconv.Itoa(int(seen.Fd())))
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// isLocal says whether reading from a mount never waits for a program.
func isLocal(mount uint64) bool {
	info, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && isLocalMount(info, mount)
}

// mayRead says whether a program is root's alone, and of a sane size.
func mayRead(f file) bool {
	return isRoots(f) && f.size <= largest
}

const othersWrite = unix.S_IWGRP | unix.S_IWOTH
