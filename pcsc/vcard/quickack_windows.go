package vcard

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// sioTCPSetAckFrequency is the control code SIO_TCP_SET_ACK_FREQUENCY, _WSAIOW(IOC_VENDOR, 23) of mstcpip.h.
const sioTCPSetAckFrequency = 0x98000017

// quickAck has the system acknowledge each segment of the connection without delay. A failure only costs time, so it
// is not told.
func quickAck(conn syscall.RawConn) {
	_ = conn.Control(func(fd uintptr) {
		var everySegment, returned uint32 = 1, 0
		_ = windows.WSAIoctl(windows.Handle(fd), sioTCPSetAckFrequency, (*byte)(unsafe.Pointer(&everySegment)),
			uint32(unsafe.Sizeof(everySegment)), nil, 0, &returned, nil, 0)
	})
}
