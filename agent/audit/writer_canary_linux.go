//go:build canary_audit_one_writer

package audit

import "os"

func lockWriter(*os.File) error { return nil }
