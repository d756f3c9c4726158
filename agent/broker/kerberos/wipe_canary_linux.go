//go:build canary_ticket_wipe

package kerberos

import "os"

func wipe(*os.File) error { return nil }
