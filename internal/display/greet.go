package display

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// greet is the setup of a connection to an X server (X Window System Protocol, X11R7.7, section 8). It returns
// what the server says of itself, from the release number on.
func greet(conn io.ReadWriter, c cookie) ([]byte, error) {
	hello := []byte{'l', 0} // the bytes of numbers come least significant first
	for _, n := range []int{11, 0, len(c.name), len(c.data), 0} {
		hello = binary.LittleEndian.AppendUint16(hello, uint16(n))
	}
	hello = append(padded(append(hello, c.name...)), c.data...)
	if _, err := conn.Write(padded(hello)); err != nil {
		return nil, err
	}
	var answer [8]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return nil, err
	}
	switch answer[0] {
	case 1:
		setup := make([]byte, 4*int(binary.LittleEndian.Uint16(answer[6:])))
		_, err := io.ReadFull(conn, setup)
		return setup, err
	case 0:
		reason := make([]byte, answer[1])
		_, err := io.ReadFull(conn, reason)
		return nil, errors.Join(fmt.Errorf("%w: it says %q", ErrRefused, reason), err)
	}
	return nil, fmt.Errorf("%w: it wants another proof than ours", ErrRefused)
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
