package system

import (
	"bytes"
	"net"
	"os"
	"strings"

	"siths-agent/agent/safesocket"
)

// KernelLabels says whether the kernel tells the label of who connects to a socket: it is asked about a connection of this
// program with itself. Debian 12's labels programs and does not tell; Ubuntu's do, and others from Linux 6.17 on.
func KernelLabels() bool {
	l, err := net.Listen("unix", "") // at a name that the kernel gives (unix(7), autobind)
	if err != nil {
		return false
	}
	defer func() { _ = l.Close() }()
	conn, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	label, err := safesocket.LabelOf(conn)
	return err == nil && label != ""
}

// ownLabels is where AppArmor says whether programs that have no profile are kept from entering those of others, and where
// a service that does not see that folder has it in its place (siths-agentd.service).
func ownLabels() []string {
	const name = "apparmor_restrict_unprivileged_unconfined"
	return []string{"/proc/sys/kernel/" + name, "/run/siths-agent/kernel/" + name}
}

// LabelsForAll says whether any program of a user can take any label: AppArmor lets who has no profile enter each
// (aa_change_profile(2)), unless the kernel keeps them from it.
func LabelsForAll() bool { return labelsForAll(ownLabels()...) }

func labelsForAll(files ...string) bool {
	for _, file := range files {
		if kept, err := os.ReadFile(file); err == nil {
			return string(bytes.TrimSpace(kept)) != "1"
		}
	}
	return true
}

// loadedProfiles is AppArmor's list of profiles and their modes, for root.
const loadedProfiles = "/sys/kernel/security/apparmor/profiles"

// OpenProfiles returns the profiles that keep their programs from nothing. Whoever runs one of those can take any label
// from there, whatever LabelsForAll says. It is empty for who may not know.
func OpenProfiles() []string {
	list, _ := os.ReadFile(loadedProfiles)
	return openProfiles(string(list))
}

// openProfiles reads lines of the form "profile (mode)".
func openProfiles(list string) []string {
	var open []string
	for line := range strings.Lines(list) {
		if name, is := strings.CutSuffix(strings.TrimSpace(line), " (unconfined)"); is {
			open = append(open, name)
		}
	}
	return open
}

// traceScope is how much programs may look into others of their user (Documentation/admin-guide/LSM/Yama.rst of Linux).
const traceScope = "/proc/sys/kernel/yama/ptrace_scope"

// TracedByAll says whether a program can put code into others of its user, whatever profile those have: AppArmor lets a
// program without a profile trace any.
func TracedByAll() bool { return tracedByAll(traceScope) }

func tracedByAll(file string) bool {
	scope, err := os.ReadFile(file)
	return err != nil || string(bytes.TrimSpace(scope)) < "2"
}
