package caller

import (
	"bytes"
	"errors"
	"strconv"
)

var errStat = errors.New("the kernel's line about the process is malformed")

// parseStart reads the start time out of /proc/PID/stat: field 22 (proc(5)). Field 2 is the name in brackets, which the
// process chooses and which may hold brackets, spaces and newlines.
func parseStart(stat []byte) (uint64, error) {
	i := bytes.LastIndexByte(stat, ')')
	if i < 0 {
		return 0, errStat
	}
	const start = 22 - 3 // from field 3 on
	fields := bytes.Fields(stat[i+1:])
	if len(fields) <= start {
		return 0, errStat
	}
	n, err := strconv.ParseUint(string(fields[start]), 10, 64)
	if err != nil {
		return 0, errors.Join(errStat, err)
	}
	return n, nil
}
