package rpc

import (
	"encoding/binary"
	"io"
)

// Limits of a frame.
const (
	MaxMessage = 1 << 20 // bytes of a message
	maxOptions = 4 << 10 // bytes of what p11-kit sends before it: the name of the module, which nobody reads
	headerSize = 12      // code of the call, length of the options, length of the message (rpc-transport.c, rpc_socket_write_inlock)
	firstPiece = 4 << 10 // bytes that are got for a message before any of it has come
)

// Frame is one message with the number that tells its answer from others on the same connection.
type Frame struct {
	Code uint32
	Body []byte
}

// ReadFrame reads one frame; begun, if there is one, is called when its first byte has come. A frame that is longer than
// the limits is refused before it is read (*FormatError); memory is got as the bytes arrive, whatever length is
// announced. io.EOF: the other side has ended between frames.
func ReadFrame(r io.Reader, begun func()) (Frame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:1]); err != nil {
		return Frame{}, err
	}
	if begun != nil {
		begun()
	}
	if err := readRest(r, header[1:]); err != nil {
		return Frame{}, err
	}
	code := binary.BigEndian.Uint32(header[:])
	options, length := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if code == 0 || options > maxOptions || isTooLong(length) {
		return Frame{}, malformed("a header of code %d, %d bytes of options and %d of a message", code, options, length)
	}
	if err := readRest(r, make([]byte, options)); err != nil {
		return Frame{}, err
	}
	body, err := readGrowing(r, int(length))
	return Frame{Code: code, Body: body}, err
}

// readGrowing reads n bytes. What has been read is in one place only: a code may be among it.
func readGrowing(r io.Reader, n int) ([]byte, error) {
	body := make([]byte, min(n, firstPiece))
	for have := 0; ; {
		if err := readRest(r, body[have:]); err != nil {
			clear(body)
			return nil, err
		}
		if len(body) == n {
			return body, nil
		}
		have = len(body)
		grown := make([]byte, min(n, 2*have))
		copy(grown, body)
		clear(body)
		body = grown
	}
}

// readRest fills b. The end of the stream in the middle of a frame is no end between frames.
func readRest(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if err == io.EOF && len(b) > 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

// WriteFrame writes one frame, in one piece.
func WriteFrame(w io.Writer, f Frame) error {
	b := make([]byte, headerSize, headerSize+len(f.Body))
	binary.BigEndian.PutUint32(b, f.Code)
	binary.BigEndian.PutUint32(b[8:], uint32(len(f.Body)))
	_, err := w.Write(append(b, f.Body...))
	return err
}
