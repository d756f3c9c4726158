//go:build canary_ticket_owner

package kerberos

import "os"

func give(file *os.File, _ uint32) error { return file.Chmod(0o644) }
