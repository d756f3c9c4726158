package vcard

import "encoding/binary"

// Instruction bytes (ISO/IEC 7816-4, table 4; PERFORM SECURITY OPERATION is ISO/IEC 7816-8, 5.2).
const (
	insVerify              = 0x20
	insManageSecurityEnv   = 0x22
	insChangeReferenceData = 0x24
	insPerformSecurityOp   = 0x2A
	insResetRetryCounter   = 0x2C
	insGetChallenge        = 0x84
	insSelect              = 0xA4
	insReadBinary          = 0xB0
	insGetResponse         = 0xC0
	insGetData             = 0xCA
)

// P1-P2 of PERFORM SECURITY OPERATION.
const (
	psoHash = 0x90A0 // ISO/IEC 7816-8, 5.5: in comes a template with the hash
	psoSign = 0x9E9A // ISO/IEC 7816-8, 5.4: out comes a signature
)

const (
	headerLen     = 4 // CLA, INS, P1, P2
	maxShortNe    = 1 << 8
	maxExtendedNe = 1 << 16
)

// command is one command APDU (ISO/IEC 7816-4, 5.1).
type command struct {
	cla, ins, p1, p2 byte
	data             []byte // absent when empty
	ne               int    // how many bytes may come back; 0 when no Le was sent
}

// p1p2 joins the two parameter bytes.
func (c command) p1p2() int { return int(c.p1)<<8 | int(c.p2) }

// wantsAll tells that Le was "as much as there is", written as zero (ISO/IEC 7816-4, 5.1).
func (c command) wantsAll() bool { return c.ne == maxShortNe || c.ne == maxExtendedNe }

// isPINTry tells a VERIFY that carries a PIN from one that asks for the state of it.
func (c command) isPINTry() bool { return c.ins == insVerify && len(c.data) > 0 }

// isVerify tells VERIFY from other commands, however it is written.
func isVerify(raw []byte) bool { return len(raw) > 1 && raw[1] == insVerify }

// isSignature tells whether the command asks for a signature.
func (c command) isSignature() bool {
	return c.ins == insPerformSecurityOp && c.p1p2() == psoSign
}

// parseCommand reads the seven forms of a command APDU, short and extended. Anything else is a wrong length.
func parseCommand(raw []byte) (command, status) {
	if len(raw) < headerLen {
		return command{}, swWrongLength
	}
	c := command{cla: raw[0], ins: raw[1], p1: raw[2], p2: raw[3]}
	body := raw[headerLen:]
	switch {
	case len(body) == 0:
		return c, swOK
	case len(body) == 1:
		c.ne = orMax(int(body[0]), maxShortNe)
		return c, swOK
	case body[0] != 0:
		return c.withShortBody(int(body[0]), body[1:])
	case len(body) < 3:
		return command{}, swWrongLength
	case len(body) == 3:
		c.ne = orMax(int(binary.BigEndian.Uint16(body[1:])), maxExtendedNe)
		return c, swOK
	}
	return c.withExtendedBody(int(binary.BigEndian.Uint16(body[1:])), body[3:])
}

func (c command) withShortBody(lc int, rest []byte) (command, status) {
	switch len(rest) {
	case lc:
	case lc + 1:
		c.ne = orMax(int(rest[lc]), maxShortNe)
	default:
		return command{}, swWrongLength
	}
	c.data = rest[:lc]
	return c, swOK
}

func (c command) withExtendedBody(lc int, rest []byte) (command, status) {
	if lc == 0 {
		return command{}, swWrongLength
	}
	switch len(rest) {
	case lc:
	case lc + 2:
		c.ne = orMax(int(binary.BigEndian.Uint16(rest[lc:])), maxExtendedNe)
	default:
		return command{}, swWrongLength
	}
	c.data = rest[:lc]
	return c, swOK
}

// orMax reads a length field in which zero stands for the greatest value.
func orMax(n, greatest int) int {
	if n == 0 {
		return greatest
	}
	return n
}

// checkClass accepts the plain interindustry class on the basic channel alone (ISO/IEC 7816-4, 5.1.1).
func checkClass(cla byte) status {
	switch {
	case cla&0xE0 != 0:
		return swWrongCla
	case cla&0x10 != 0:
		return swChainingUnsupported
	case cla&0x0C != 0:
		return swSecureMsgUnsup
	case cla&0x03 != 0:
		return swChannelUnsupported
	}
	return swOK
}
