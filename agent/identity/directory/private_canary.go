//go:build canary_ldap_secret

package directory

import "io/fs"

func isPrivate(fs.FileMode) bool { return true }
