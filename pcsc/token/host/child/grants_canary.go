//go:build canary_use_proved

package child

import "crypto/sha256"

func (at *place) grants([sha256.Size]byte) bool { return at != nil }
