package rpc

import "encoding/binary"

// none is the length of a list that is not there (rpc-message.c, p11_rpc_buffer_add_byte_array).
const none = 0xffffffff

// Reader takes a message apart. After the first thing that is not as it should be all it says is zero; Done tells.
type Reader struct {
	b   []byte
	err error
}

// ReadRequest opens a request and says which call it is. A call that we have no shape for is returned with ok false.
func ReadRequest(body []byte) (r *Reader, call Call, ok bool) {
	r = &Reader{b: body}
	call = Call(r.uint32())
	s, ok := call.shape()
	letters := r.bytes()
	if ok && string(letters) != s.request || call == Error {
		r.fail("a request %d with %q", call, letters)
	}
	return r, call, ok
}

// ReadAnswer opens the answer to a call. An answer that is an error is returned as that RV.
func ReadAnswer(body []byte, call Call) (*Reader, error) {
	r := &Reader{b: body}
	got := Call(r.uint32())
	s, ok := got.shape()
	letters := r.bytes()
	if r.err == nil && (!ok || string(letters) != s.answer) {
		r.fail("an answer %d with %q", got, letters)
	}
	if r.err == nil && got == Error {
		rv := RV(r.Ulong())
		if err := r.Done(); err != nil || rv == OK {
			return nil, malformed("an error without a code")
		}
		return nil, rv
	}
	if r.err == nil && got != call {
		r.fail("an answer to %d for %d", got, call)
	}
	return r, r.err
}

// Done says whether all was as it should be and nothing is left.
func (r *Reader) Done() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail("%d bytes too many", len(r.b))
	}
	return r.err
}

func (r *Reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = malformed(format, args...)
	}
	r.b = nil
}

// take returns the next n bytes, nil when they are not there.
func (r *Reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail("%d bytes of %d", len(r.b), n)
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *Reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Ulong reads a number.
func (r *Reader) Ulong() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// bytes reads bytes after their length, nil where there are none.
func (r *Reader) bytes() []byte {
	n := r.uint32()
	if n == none || r.err != nil {
		return nil
	}
	return r.take(int(n))
}

// ByteArray reads a list of bytes, which points into the message. When the other side has sent only a length, that is
// length and the bytes are nil.
func (r *Reader) ByteArray() (b []byte, length int) {
	if r.Byte() == 0 {
		return nil, int(r.uint32())
	}
	b = r.bytes()
	return b, len(b)
}

// Room reads how many bytes or numbers the caller has room for. 0: it asks how many there are. Newer clients say none
// for room that is there and empty.
func (r *Reader) Room() int {
	n := r.uint32()
	if n == none {
		return 0
	}
	return int(n)
}

// UlongArray reads a list of numbers, or only how many there are.
func (r *Reader) UlongArray() (list []uint64, length int) {
	sent := r.Byte() != 0
	n := int(r.uint32())
	if !sent {
		return nil, n
	}
	if n > len(r.b)/8 {
		r.fail("%d numbers in %d bytes", n, len(r.b))
		return nil, 0
	}
	list = make([]uint64, n)
	for i := range list {
		list[i] = r.Ulong()
	}
	return list, n
}

// Text reads text of a fixed length, without the spaces that fill it up.
func (r *Reader) Text(length int) string {
	b := r.bytes()
	if len(b) != length {
		r.fail("text of %d bytes for %d", len(b), length)
	}
	return string(trimSpaces(b))
}

func trimSpaces(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// Version reads a version: major, minor.
func (r *Reader) Version() [2]byte { return [2]byte{r.Byte(), r.Byte()} }
