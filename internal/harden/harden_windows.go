// Package harden takes from a process what an attacker of the same user would use: dumps, tracing, new privileges.
package harden

import "golang.org/x/sys/windows"

// Process keeps the DLL search to the system folder. It is to be called first in main.
func Process() error {
	return windows.SetDefaultDllDirectories(windows.LOAD_LIBRARY_SEARCH_SYSTEM32)
}

// NoDumps keeps crash dialogs, and with them dumps, away.
func NoDumps() error {
	windows.SetErrorMode(windows.SEM_FAILCRITICALERRORS | windows.SEM_NOGPFAULTERRORBOX)
	return nil
}

// Name does nothing: a Windows process is named by its file.
func Name(string) {}
