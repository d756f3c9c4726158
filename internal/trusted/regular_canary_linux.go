//go:build canary_policy_regular

package trusted

import "io/fs"

func isPlain(fs.FileMode) bool { return true }
