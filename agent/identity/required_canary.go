//go:build canary_revocation_required

package identity

func (m Mode) required() bool { return false }
