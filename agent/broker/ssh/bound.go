//go:build !canary_ssh_host

package ssh

// isBoundTo says whether the server that the connection is used for is one of those.
func (c *conn) isBoundTo(wanted []string) bool {
	return c.bound != nil && anyOf(c.bound.prints, wanted)
}
