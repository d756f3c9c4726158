package cut

import (
	"errors"
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
	uid  uint64 // its real one
	exe  string // as it calls itself
	args []string
}

var errStatus = errors.New("not a process' status")

// parseUID reads the real user out of proc_pid_status(5).
func parseUID(status []byte) (uint64, error) {
	for line := range strings.SplitSeq(string(status), "\n") {
		value, found := strings.CutPrefix(line, "Uid:\t")
		if !found {
			continue
		}
		uid, _, _ := strings.Cut(value, "\t")
		n, err := strconv.ParseUint(uid, 10, 32)
		if err != nil {
			return 0, errStatus
		}
		return n, nil
	}
	return 0, errStatus
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

// isNetworkService says whether a process is one to cut: by its own words, so that one that only pretends is ended too. It
// can be none but the same person's.
func (p process) isNetworkService(exes []string) bool {
	return slices.Contains(p.args, typeWord) && slices.Contains(p.args, subTypeWord) && (len(exes) == 0 || slices.Contains(exes, p.exe))
}
