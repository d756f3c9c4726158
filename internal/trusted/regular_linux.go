//go:build !canary_policy_regular

package trusted

import "io/fs"

// isPlain says whether a file is one that holds bytes, and no folder, pipe or device.
func isPlain(mode fs.FileMode) bool { return mode.IsRegular() }
