//go:build !canary_child_files

package confine

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// keepFiles keeps from children what this process itself was started with beside its standard descriptors; everything
// that it has opened since is kept from them already.
func keepFiles() error {
	return os.NewSyscallError("close_range", unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC))
}
