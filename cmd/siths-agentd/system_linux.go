package main

import (
	"os"
	"os/signal"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

const (
	defaultState = "/var/lib/siths-agent"
	defaultRun   = "/run/siths-agent"
	libexec      = "/usr/libexec/siths-agent"
	exeSuffix    = ""

	ready    = daemon.SdNotifyReady
	stopping = daemon.SdNotifyStopping
	alive    = daemon.SdNotifyWatchdog

	// helpdeskGroup may see what concerns others.
	helpdeskGroup = "siths-helpdesk"
)

// notify tells systemd, where there is one.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }

// watchdog is how long the service may be silent before systemd ends it (sd_watchdog_enabled(3)); 0 is for ever.
func watchdog() time.Duration {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return 0
	}
	return limit
}

// managed says whether a service manager has started the service, and starts it again when it fails.
func managed() bool { return os.Getenv("NOTIFY_SOCKET") != "" }

// hearReload returns what is told at every SIGHUP from now on. One that comes earlier ends the process.
func hearReload() <-chan os.Signal {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	return hup
}

// machine names this machine in what cards sign: machine-id(5), or the host name where there is none.
func machine() string {
	if id, err := os.ReadFile("/etc/machine-id"); err == nil && len(id) > 0 {
		return strings.TrimSpace(string(id))
	}
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// bootVar names the present run of the operating system where the unit hides the kernel's own name for it.
const bootVar = "SITHS_BOOT_ID"

// bootID names the present run of the operating system (random(4), boot_id). It is empty when nobody tells.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		id = []byte(os.Getenv(bootVar))
	}
	return strings.ReplaceAll(strings.TrimSpace(string(id)), "-", "")
}

func ownUID() uint32 { return uint32(os.Geteuid()) }

// uidOf returns the uid of a local account.
func uidOf(account string) (uint32, error) {
	u, err := user.Lookup(account)
	if err != nil {
		return 0, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	return uint32(uid), err
}

// inHelpdesk says whether the user is in the helpdesk group. Whoever cannot be looked up is not.
func inHelpdesk(uid uint32) bool {
	group, err := user.LookupGroup(helpdeskGroup)
	if err != nil {
		return false
	}
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return false
	}
	ids, err := u.GroupIds()
	return err == nil && slices.Contains(ids, group.Gid)
}
