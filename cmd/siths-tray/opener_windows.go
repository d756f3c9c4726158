package main

import (
	"os/exec"
	"syscall"
)

const windowProgram = "siths-window.exe"

// alone gives a window a process group of its own, so that what is sent to ours does not reach it.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func passedOn() []string {
	return []string{"SystemRoot", "SystemDrive", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "PATH"}
}
