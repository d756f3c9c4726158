//go:build !canary_revocation_off

package identity

// unchecked says whether a configuration would believe revoked cards where that is not allowed.
func (c Config) unchecked() bool { return c.Revocation == Off && c.Environment == Production }
