package rpc

import "crypto"

// PSSFor returns the parameters of a probabilistic signature with one hash for all and a salt as long as it, and what a
// DigestInfo of that hash begins with (RFC 8017, 9.2, note 1). ok is false for hashes that nothing is signed with here.
func PSSFor(h crypto.Hash) (p PSS, digestInfo []byte, ok bool) {
	var arc byte // the last of the hash's object identifier
	switch h {
	case crypto.SHA256:
		p, arc = PSS{MechSHA256, MGF1SHA256, 32}, 1
	case crypto.SHA384:
		p, arc = PSS{MechSHA384, MGF1SHA384, 48}, 2
	case crypto.SHA512:
		p, arc = PSS{MechSHA512, MGF1SHA512, 64}, 3
	default:
		return p, nil, false
	}
	size := byte(p.SaltLength)
	return p, []byte{0x30, 17 + size, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc, 0x05, 0, 0x04, size}, true
}
