//go:build canary_ssh_login

package ssh

func (c *conn) isLogin(signMessage, way) error { return nil }
