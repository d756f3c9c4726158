//go:build !canary_revocation_required

package identity

// required says whether a card is refused when no list tells about it.
func (m Mode) required() bool { return m != Off }
