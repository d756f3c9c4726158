package p11

import (
	"slices"

	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/pcsc/token"
)

// kind is how the ways to sign with one hash are named.
type kind struct {
	pkcs1, pss         token.Scheme
	mechPKCS1, mechPSS uint32 // they hash and sign
}

func kinds() []kind {
	return []kind{
		{token.PKCS1SHA256, token.PSSSHA256, rpc.MechSHA256RSAPKCS, rpc.MechSHA256RSAPKCSPSS},
		{token.PKCS1SHA384, token.PSSSHA384, rpc.MechSHA384RSAPKCS, rpc.MechSHA384RSAPKCSPSS},
		{token.PKCS1SHA512, token.PSSSHA512, rpc.MechSHA512RSAPKCS, rpc.MechSHA512RSAPKCSPSS},
	}
}

// mechanismsFor are the mechanisms that sign in the ways that a card manages.
func mechanismsFor(schemes []token.Scheme) []uint64 {
	var out []uint64
	add := func(raw, hashing uint32) {
		if !slices.Contains(out, uint64(raw)) {
			out = append(out, uint64(raw))
		}
		out = append(out, uint64(hashing))
	}
	for _, k := range kinds() {
		if slices.Contains(schemes, k.pkcs1) {
			add(rpc.MechRSAPKCS, k.mechPKCS1)
		}
		if slices.Contains(schemes, k.pss) {
			add(rpc.MechRSAPKCSPSS, k.mechPSS)
		}
	}
	return out
}
