//go:build canary_anchor_owner

package identity

import "os"

func checkOwner(os.FileInfo) error { return nil }
