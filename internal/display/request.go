package display

import (
	"encoding/binary"
	"fmt"
	"io"
)

// replySize is how long each reply, error and event is without what a reply says to be added (X Window System Protocol,
// X11R7.7, section 1).
const replySize = 32

// The first byte of an error and of a reply; all others are events.
const (
	isError = 0
	isReply = 1
)

// requestError says that a server has refused a request.
type requestError struct{ request, code byte }

// Error names the request and the error by their numbers.
func (e *requestError) Error() string {
	return fmt.Sprintf("the display answers request %d with error %d", e.request, e.code)
}

// ask sends a request and reads the fixed part of its reply. Events are passed over: a server tells everybody some.
func ask(conn io.ReadWriter, major, minor byte, body []byte) ([replySize]byte, error) {
	var reply [replySize]byte
	if err := tell(conn, major, minor, body); err != nil {
		return reply, err
	}
	for {
		if _, err := io.ReadFull(conn, reply[:]); err != nil {
			return reply, err
		}
		switch reply[0] {
		case isError:
			return reply, &requestError{major, reply[1]}
		case isReply:
			return reply, nil
		}
	}
}

// tell sends a request.
func tell(conn io.Writer, major, minor byte, body []byte) error {
	request := binary.LittleEndian.AppendUint16([]byte{major, minor}, uint16(1+len(body)/4))
	_, err := conn.Write(append(request, body...))
	return err
}

func number(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

func numbers(all ...uint32) []byte {
	var b []byte
	for _, n := range all {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}
