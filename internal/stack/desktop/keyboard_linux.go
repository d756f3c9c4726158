package desktop

import (
	"encoding/binary"
	"io"
	"net"
)

// Requests and answers of the X protocol, version 11 (X Window System Protocol, appendix B).
const (
	xLittleEnd      = 'l'
	xVersion        = 11
	xGrabKeyboard   = 31
	xUngrabKeyboard = 32
	xAsynchronous   = 1
	xAlreadyGrabbed = 1

	xReply       = 32 // bytes
	xSetupHead   = 8  // bytes, of which the last two say how many more there are, in fours
	xVendorSize  = 16 // where that is in what follows the head, as are the next two
	xFormatCount = 21
	xSetupFixed  = 32
	xFormatSize  = 8
)

// WaitHeld waits until a program holds the keyboard: from then on keys go to it, whatever window is in front.
func (d *Desktop) WaitHeld() {
	d.tb.Helper()
	conn, root := d.dial()
	d.Await("the keyboard to be held", func() bool {
		held, err := isHeld(conn, root)
		d.must(err)
		return held
	})
}

// dial connects to the display and returns the number of its root window.
func (d *Desktop) dial() (net.Conn, uint32) {
	d.tb.Helper()
	conn, err := d.lab.Dial(d.tb.Context(), "unix", "@/tmp/.X11-unix/X"+d.Display.Name[1:])
	d.must(err)
	d.tb.Cleanup(func() { _ = conn.Close() })
	root, err := greet(conn)
	d.must(err)
	return conn, root
}

// greet begins a connection and returns the number of the root window.
func greet(conn net.Conn) (uint32, error) {
	if _, err := conn.Write([]byte{xLittleEnd, 0, xVersion, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return 0, err
	}
	head := make([]byte, xSetupHead)
	if _, err := io.ReadFull(conn, head); err != nil {
		return 0, err
	}
	setup := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(conn, setup); err != nil {
		return 0, err
	}
	vendor := (int(binary.LittleEndian.Uint16(setup[xVendorSize:])) + 3) &^ 3
	return binary.LittleEndian.Uint32(setup[xSetupFixed+vendor+int(setup[xFormatCount])*xFormatSize:]), nil
}

// isHeld tries to hold the keyboard, and lets go of it at once.
func isHeld(conn net.Conn, root uint32) (bool, error) {
	if _, err := conn.Write(append(grab(root), xUngrabKeyboard, 0, 2, 0, 0, 0, 0, 0)); err != nil {
		return false, err
	}
	answer := make([]byte, xReply)
	_, err := io.ReadFull(conn, answer)
	return answer[1] == xAlreadyGrabbed, err
}

// grab is the request to hold the keyboard.
func grab(root uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{xGrabKeyboard, 0, 4, 0}, root)
	return append(b, 0, 0, 0, 0, xAsynchronous, xAsynchronous, 0, 0)
}
