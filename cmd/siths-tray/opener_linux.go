package main

import (
	"os/exec"
	"syscall"
)

const windowProgram = "siths-window"

// alone gives a window a process group of its own, so that what is sent to ours does not reach it.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func passedOn() []string {
	return []string{
		"HOME", "USER", "LOGNAME", "PATH", "TZ", "LANG", "LANGUAGE",
		"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS",
		"XDG_RUNTIME_DIR", "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS",
		"XCURSOR_THEME", "XCURSOR_SIZE", "LIBGL_ALWAYS_SOFTWARE",
	}
}
