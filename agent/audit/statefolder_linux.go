//go:build !canary_audit_folder

package audit

import "os"

// isClosed says whether a folder is one of our own that only we can write to.
func isClosed(info os.FileInfo) bool {
	return info.IsDir() && ours(info) && info.Mode().Perm()&0o022 == 0
}
