package rpc

import (
	"encoding/binary"
	"unicode/utf8"
)

// Writer puts a message together.
type Writer struct{ b []byte }

// NewRequest begins the request for a call that we have a shape for.
func NewRequest(call Call) *Writer {
	s, _ := call.shape()
	return begin(call, s.request)
}

// NewAnswer begins the answer to a call that we have a shape for.
func NewAnswer(call Call) *Writer {
	s, _ := call.shape()
	return begin(call, s.answer)
}

// ErrorAnswer is the answer that a call has failed. OK is no failure, and is sent as GeneralError.
func ErrorAnswer(rv RV) []byte {
	if rv == OK {
		rv = GeneralError
	}
	w := NewAnswer(Error)
	w.Ulong(uint64(rv))
	return w.Bytes()
}

func begin(call Call, letters string) *Writer {
	w := &Writer{}
	w.uint32(uint32(call))
	w.bytes([]byte(letters))
	return w
}

// Bytes is the message.
func (w *Writer) Bytes() []byte { return w.b }

func (w *Writer) uint32(n uint32) { w.b = binary.BigEndian.AppendUint32(w.b, n) }

func (w *Writer) bytes(b []byte) {
	w.uint32(uint32(len(b)))
	w.b = append(w.b, b...)
}

// Ulong writes a number.
func (w *Writer) Ulong(n uint64) { w.b = binary.BigEndian.AppendUint64(w.b, n) }

// Byte writes a byte.
func (w *Writer) Byte(b byte) { w.b = append(w.b, b) }

// ByteArray writes a list of bytes.
func (w *Writer) ByteArray(b []byte) {
	w.Byte(1)
	w.bytes(b)
}

// Length writes how long a list is that is not sent: it was asked for, or there is no room for the list.
func (w *Writer) Length(n int) {
	w.Byte(0)
	w.uint32(uint32(n))
}

// Room writes how many bytes or numbers there is room for.
func (w *Writer) Room(n int) { w.uint32(uint32(n)) }

// UlongArray writes a list of numbers.
func (w *Writer) UlongArray(list []uint64) {
	w.Byte(1)
	w.uint32(uint32(len(list)))
	for _, n := range list {
		w.Ulong(n)
	}
}

// Text writes text of a fixed length in bytes: cut between two characters, or filled up with spaces.
func (w *Writer) Text(text string, length int) {
	for len(text) > length {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	b := make([]byte, length)
	for i := copy(b, text); i < length; i++ {
		b[i] = ' '
	}
	w.bytes(b)
}

// Version writes a version.
func (w *Writer) Version(major, minor byte) {
	w.Byte(major)
	w.Byte(minor)
}
