//go:build canary_audit_folder

package audit

import "os"

func isClosed(os.FileInfo) bool { return true }
