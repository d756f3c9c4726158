//go:build canary_revocation_off

package identity

func (c Config) unchecked() bool { return false }
