//go:build !canary_ticket_signatures

package kerberos

// perTicket is how many signatures one ticket may take: one (RFC 4556, 3.2.1), and two more for a KDC that has it tried
// again.
const perTicket = 3

// enough says whether the n-th signature for a ticket may be made.
func enough(n int) bool { return n <= perTicket }
