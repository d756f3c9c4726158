//go:build !canary_ticket_owner

package kerberos

import "os"

// give makes a ticket the person's, and nobody else's.
func give(file *os.File, uid uint32) error { return file.Chown(int(uid), -1) }
