package rpc

// PSS are the parameters of a probabilistic signature (PKCS#11 2.40, CK_RSA_PKCS_PSS_PARAMS).
type PSS struct{ Hash, MGF, SaltLength uint64 }

// Mechanism says how to sign. PSS is nil for mechanisms that have no such parameters.
type Mechanism struct {
	Type uint32
	PSS  *PSS
}

// NoMechanism stands for the null pointer with which newer programs give up an operation (rpc-client.c of p11-kit 0.25,
// proto_write_mechanism).
const NoMechanism = none

func hasPSS(mechanism uint32) bool {
	switch mechanism {
	case MechRSAPKCSPSS, MechSHA256RSAPKCSPSS, MechSHA384RSAPKCSPSS, MechSHA512RSAPKCSPSS:
		return true
	}
	return false
}

// Mechanism reads a mechanism (rpc-message.c, p11_rpc_buffer_get_mechanism). Of one that we do not know the parameters
// are skipped where they are plain bytes; others make the message malformed.
func (r *Reader) Mechanism() Mechanism {
	m := Mechanism{Type: r.uint32()}
	switch {
	case m.Type == NoMechanism:
	case hasPSS(m.Type):
		m.PSS = &PSS{Hash: r.Ulong(), MGF: r.Ulong(), SaltLength: r.Ulong()}
	default:
		r.bytes()
	}
	return m
}

// Mechanism writes a mechanism.
func (w *Writer) Mechanism(m Mechanism) {
	w.uint32(m.Type)
	if !hasPSS(m.Type) {
		w.uint32(none)
		return
	}
	w.Ulong(m.PSS.Hash)
	w.Ulong(m.PSS.MGF)
	w.Ulong(m.PSS.SaltLength)
}
