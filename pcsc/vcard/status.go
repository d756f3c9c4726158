package vcard

import "fmt"

// status is the pair of status bytes SW1-SW2 that ends every answer (ISO/IEC 7816-4, 5.1.3).
type status uint16

// Status words of ISO/IEC 7816-4, 5.1.3, tables 5 and 6.
const (
	swOK                  status = 0x9000
	swMoreData            status = 0x6100 // low byte: how many bytes wait, 00 for 256 or more
	swEndOfFile           status = 0x6282
	swTriesLeft           status = 0x63C0 // low four bits: the tries left
	swWrongLength         status = 0x6700
	swChannelUnsupported  status = 0x6881
	swSecureMsgUnsup      status = 0x6882
	swChainingUnsupported status = 0x6884
	swSecurityStatus      status = 0x6982
	swBlocked             status = 0x6983
	swConditions          status = 0x6985
	swNoCurrentFile       status = 0x6986
	swWrongData           status = 0x6A80
	swFileNotFound        status = 0x6A82
	swWrongP1P2           status = 0x6A86
	swReferenceNotFound   status = 0x6A88
	swOutsideFile         status = 0x6B00
	swWrongLe             status = 0x6C00 // low byte: how many bytes there are
	swWrongIns            status = 0x6D00
	swWrongCla            status = 0x6E00
	swNoDiagnosis         status = 0x6F00
)

// String writes the status bytes as four hexadecimal digits.
func (s status) String() string { return fmt.Sprintf("%04X", uint16(s)) }

// appendTo adds the two status bytes to an answer.
func (s status) appendTo(answer []byte) []byte { return append(answer, byte(s>>8), byte(s)) }
