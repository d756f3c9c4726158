//go:build !canary_sso_systems_link

package system

import "io/fs"

// isLink says whether a name stands for a file elsewhere.
func isLink(mode fs.FileMode) bool { return mode&fs.ModeSymlink != 0 }
