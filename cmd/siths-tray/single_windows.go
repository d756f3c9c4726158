package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// errAnother says that this desktop session has its tray.
var errAnother = errors.New("it is running in this session already")

// only makes this the only tray of its desktop session, for as long as the process lives: names in Local\ belong to one
// session (Microsoft, Kernel object namespaces).
func only(func(string) string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(`Local\siths-tray`)
	if err != nil {
		return nil, err
	}
	h, err := windows.CreateMutex(nil, false, name)
	if errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return nil, errors.Join(errAnother, windows.CloseHandle(h))
	}
	if err != nil {
		return nil, fmt.Errorf("making the session's mutex: %w", err)
	}
	return os.NewFile(uintptr(h), "mutex"), nil
}
