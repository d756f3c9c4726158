package vcard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// DefaultReader is where vsmartcard's reader listens for its first slot.
const DefaultReader = "127.0.0.1:35963"

// Control bytes of vsmartcard's vpcd protocol; each is the whole of a frame. Only the last one is answered.
const (
	vpcdPowerOff = 0x00
	vpcdPowerOn  = 0x01
	vpcdReset    = 0x02
	vpcdGetATR   = 0x04
)

// maxFrame is the longest frame: two bytes hold its length.
const maxFrame = 1<<16 - 1

var errFrameTooLong = errors.New("the answer does not fit a frame")

// frameTime is how long the rest of a frame may take once its first byte has come. The reader writes a frame in two
// parts with nothing between them; when its connection changes there, one card gets the length and the next one the
// content, and without an end to the wait both sides would wait for ever.
const frameTime = time.Second

// deadliner is a connection that can end a wait.
type deadliner interface{ SetReadDeadline(time.Time) error }

// readFrame reads one frame: its length in two bytes, high byte first, then as many bytes.
func readFrame(r io.Reader, conn deadliner) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:1]); err != nil {
		return nil, fmt.Errorf("waiting for a frame: %w", err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(frameTime)); err != nil {
		return nil, fmt.Errorf("limiting the wait for a frame: %w", err)
	}
	if _, err := io.ReadFull(r, length[1:]); err != nil {
		return nil, fmt.Errorf("reading a frame's length: %w", err)
	}
	frame := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(r, frame); err != nil {
		return nil, fmt.Errorf("reading a frame: %w", err)
	}
	return frame, conn.SetReadDeadline(time.Time{})
}

// frameOf puts the length before a frame's content.
func frameOf(content []byte) ([]byte, error) {
	if len(content) > maxFrame {
		return nil, errFrameTooLong
	}
	frame := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(content)), uint16(len(content)))
	return append(frame, content...), nil
}

// writeFrame writes one frame at once, so that it travels in one segment.
func writeFrame(w io.Writer, content []byte) error {
	frame, err := frameOf(content)
	if err != nil {
		return err
	}
	if _, err := w.Write(frame); err != nil {
		return fmt.Errorf("writing a frame: %w", err)
	}
	return nil
}

// promptReader has the kernel acknowledge what was read at once. The reader sends a frame's length and its content
// apart and waits with the second for the acknowledgement of the first: with the usual delay every APDU takes 43 ms.
type promptReader struct {
	conn net.Conn
	raw  syscall.RawConn // nil when conn has no socket
}

func newPromptReader(conn net.Conn) promptReader {
	r := promptReader{conn: conn}
	if c, ok := conn.(*net.TCPConn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			r.raw = raw
			quickAck(raw)
		}
	}
	return r
}

// Read reads from the connection and acknowledges.
func (r promptReader) Read(p []byte) (int, error) {
	n, err := r.conn.Read(p)
	if r.raw != nil && n > 0 {
		quickAck(r.raw)
	}
	return n, err
}
