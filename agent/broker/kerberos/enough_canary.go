//go:build canary_ticket_signatures

package kerberos

func enough(int) bool { return true }
