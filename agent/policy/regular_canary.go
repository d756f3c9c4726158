//go:build canary_policy_regular

package policy

import "io/fs"

func isPlain(fs.FileMode) bool { return true }
