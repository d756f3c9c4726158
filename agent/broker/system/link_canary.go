//go:build canary_sso_systems_link

package system

import "io/fs"

func isLink(fs.FileMode) bool { return false }
