package display

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// greet is the setup of a connection to an X server (X Window System Protocol, X11R7.7, section 8). What the server
// says of itself is read and not looked at.
func greet(conn io.ReadWriter, c cookie) error {
	hello := []byte{'l', 0} // the bytes of numbers come least significant first
	for _, n := range []int{11, 0, len(c.name), len(c.data), 0} {
		hello = binary.LittleEndian.AppendUint16(hello, uint16(n))
	}
	hello = append(padded(append(hello, c.name...)), c.data...)
	if _, err := conn.Write(padded(hello)); err != nil {
		return err
	}
	var answer [8]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	switch answer[0] {
	case 1:
		_, err := io.CopyN(io.Discard, conn, 4*int64(binary.LittleEndian.Uint16(answer[6:])))
		return err
	case 0:
		reason := make([]byte, answer[1])
		_, err := io.ReadFull(conn, reason)
		return errors.Join(fmt.Errorf("%w: it says %q", ErrRefused, reason), err)
	}
	return fmt.Errorf("%w: it wants another proof than ours", ErrRefused)
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
