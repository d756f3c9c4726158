// Package rpc is the wire format in which p11-kit carries PKCS#11 calls over a socket, for servers and for clients.
//
// It follows p11-kit 0.24.1 (p11-kit/rpc-message.h, rpc-message.c, rpc-transport.c), which is version 0 of the
// protocol; later ones ask for more and agree on version 0 with who answers it. Numbers are big-endian.
package rpc

import "fmt"

// Version is the version of the protocol that we speak. Each side sends its own as the first byte, and the lower one
// holds (rpc-transport.c, rpc_transport_authenticate).
const Version = 0

// Handshake is what C_Initialize opens with (rpc-message.h, P11_RPC_HANDSHAKE).
const Handshake = "PRIVATE-GNOME-KEYRING-PKCS11-PROTOCOL-V-1"

// Call numbers a PKCS#11 function on the wire (rpc-message.h, the first enum).
type Call uint32

// The calls that a server or a client of ours makes or answers. Error is the answer in place of any other.
const (
	Error             Call = 0
	Initialize        Call = 1
	Finalize          Call = 2
	GetInfo           Call = 3
	GetSlotList       Call = 4
	GetSlotInfo       Call = 5
	GetTokenInfo      Call = 6
	GetMechanismList  Call = 7
	GetMechanismInfo  Call = 8
	OpenSession       Call = 10
	CloseSession      Call = 11
	CloseAllSessions  Call = 12
	GetSessionInfo    Call = 13
	Login             Call = 18
	Logout            Call = 19
	GetObjectSize     Call = 23
	GetAttributeValue Call = 24
	FindObjectsInit   Call = 26
	FindObjects       Call = 27
	FindObjectsFinal  Call = 28
	SignInit          Call = 42
	Sign              Call = 43
	SignUpdate        Call = 44
	SignFinal         Call = 45
	WaitForSlotEvent  Call = 65
)

// shape says what a call's request and its answer are made of, in the letters that both sides send along and check
// (rpc-message.h, p11_rpc_calls): u a number, y a byte, s text of a fixed length, v a version, M a mechanism, A an
// attribute; a before a letter is a list, f the room for one.
type shape struct{ request, answer string }

func (c Call) shape() (shape, bool) {
	switch c {
	case Error:
		return shape{answer: "u"}, true
	case Initialize:
		return shape{request: "ayyay"}, true
	case Finalize:
		return shape{}, true
	case GetInfo:
		return shape{answer: "vsusv"}, true
	case GetSlotList:
		return shape{"yfu", "au"}, true
	case GetSlotInfo:
		return shape{"u", "ssuvv"}, true
	case GetTokenInfo:
		return shape{"u", "ssssuuuuuuuuuuuvvs"}, true
	case GetMechanismList, FindObjects:
		return shape{"ufu", "au"}, true
	case GetMechanismInfo:
		return shape{"uu", "uuu"}, true
	case GetSessionInfo:
		return shape{"u", "uuuu"}, true
	case OpenSession, GetObjectSize:
		return shape{"uu", "u"}, true
	case WaitForSlotEvent:
		return shape{"u", "u"}, true
	case CloseSession, CloseAllSessions, Logout, FindObjectsFinal:
		return shape{request: "u"}, true
	default:
		return c.longShape()
	}
}

// longShape is shape for the calls that take lists and bytes.
func (c Call) longShape() (shape, bool) {
	switch c {
	case Login:
		return shape{request: "uuay"}, true
	case GetAttributeValue:
		return shape{"uufA", "aAu"}, true
	case FindObjectsInit:
		return shape{request: "uaA"}, true
	case SignInit:
		return shape{request: "uMu"}, true
	case Sign:
		return shape{"uayfy", "ay"}, true
	case SignUpdate:
		return shape{request: "uay"}, true
	case SignFinal:
		return shape{"ufy", "ay"}, true
	}
	return shape{}, false
}

// FormatError says that a message is not what the protocol allows.
type FormatError struct{ What string }

func (e *FormatError) Error() string { return "malformed PKCS#11 message: " + e.What }

func malformed(format string, args ...any) error {
	return &FormatError{What: fmt.Sprintf(format, args...)}
}
