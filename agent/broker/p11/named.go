//go:build !canary_p11_digest_info

package p11

import (
	"bytes"

	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/pcsc/token"
)

// named takes a DigestInfo apart, a digest with the name of its hash. Nothing else is signed: what a program could choose
// freely might mean something to somebody.
func named(info []byte, schemes []token.Scheme) (token.Scheme, []byte, error) {
	for _, s := range schemes {
		_, name, _ := rpc.PSSFor(s.Hash())
		if digest, ok := bytes.CutPrefix(info, name); ok && len(digest) == s.Hash().Size() {
			return s, digest, nil
		}
	}
	return "", nil, rpc.DataInvalid
}
