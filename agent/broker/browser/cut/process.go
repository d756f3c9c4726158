package cut

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The words of a command line by which Chromium starts the process that holds all connections and their TLS sessions
// (content/public/common/content_switches.cc, services/network/public/mojom/network_service.mojom).
const (
	typeWord    = "--type=utility"
	subTypeWord = "--utility-sub-type=network.mojom.NetworkService"
)

// process is what proc(5) tells of one.
type process struct {
	uid  uint32 // its real one
	gid  uint32 // as well
	exe  string // as it calls itself
	args []string
}

var errStatus = errors.New("not a process' status")

// parseIDs reads the real user and group out of proc_pid_status(5).
func parseIDs(status []byte) (uid, gid uint32, err error) {
	var ids [2]uint64
	for i, key := range []string{"\nUid:\t", "\nGid:\t"} {
		_, rest, _ := strings.Cut(string(status), key)
		first, _, found := strings.Cut(rest, "\t")
		if ids[i], err = strconv.ParseUint(first, 10, 32); err != nil || !found {
			return 0, 0, errStatus
		}
	}
	return uint32(ids[0]), uint32(ids[1]), nil
}

// parseArgs reads proc_pid_cmdline(5). A process that Chromium has forked instead of started writes its arguments there as
// one, with spaces between them (base/process/set_process_title.cc).
func parseArgs(cmdline []byte) (exe string, args []string) {
	text := strings.TrimRight(string(cmdline), "\x00")
	words := strings.Split(text, "\x00")
	if len(words) == 1 {
		words = strings.Split(text, " ")
	}
	return words[0], words[1:]
}

// The words of a command line by which Firefox starts the processes of its own, and ends that of the one which may hold
// connections for it (toolkit/xre/GeckoArgs.h, GeckoProcessTypes.h).
const childWord, socketWord = "-contentproc", "socket"

// holdsConnections says whether a process can be the one of a Firefox that has connections: the browser itself, or its own for
// that.
func (p process) holdsConnections() bool {
	return !slices.Contains(p.args, childWord) || p.args[len(p.args)-1] == socketWord
}

// isFirefox says whether a program's file, by the kernel's word, is a browser of Firefox's family to cut. One that was replaced
// since it was started is what it was.
func isFirefox(exe string, exes []string) bool {
	exe = strings.TrimSuffix(exe, " (deleted)")
	return strings.HasPrefix(path.Base(exe), "firefox") && (len(exes) == 0 || slices.Contains(exes, exe))
}

// isNetworkService says whether a process is one to cut: by its own words, so that one that only pretends is ended too. It
// can be none but the same person's.
func (p process) isNetworkService(exes []string) bool {
	return slices.Contains(p.args, typeWord) && slices.Contains(p.args, subTypeWord) && (len(exes) == 0 || slices.Contains(exes, p.exe))
}
