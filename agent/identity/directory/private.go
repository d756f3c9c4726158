//go:build !canary_ldap_secret

package directory

import "io/fs"

// isPrivate says whether a file's mode lets nobody but its owner read it.
func isPrivate(mode fs.FileMode) bool { return mode.Perm()&0o077 == 0 }
