package rpc

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
)

// FuzzFrame reads any bytes as frames: what comes out is what went in, and nothing is longer than the limits.
func FuzzFrame(f *testing.F) {
	var whole bytes.Buffer
	_ = WriteFrame(&whole, Frame{Code: 16, Body: NewRequest(GetInfo).Bytes()})
	f.Add(whole.Bytes())
	f.Add([]byte{0, 0, 0, 16, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		for {
			frame, err := ReadFrame(r, nil)
			if err != nil {
				var format *FormatError
				if !errors.As(err, &format) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("it came to %v", err)
				}
				return
			}
			if len(frame.Body) > MaxMessage || len(frame.Body) > len(stream) {
				t.Fatalf("a message of %d bytes", len(frame.Body))
			}
		}
	})
}

// everything reads all that a message can be made of, in an order that the bytes choose.
func everything(r *Reader, order []byte) (held int) {
	for _, o := range order {
		switch o % 9 {
		case 0:
			r.Ulong()
		case 1:
			r.Byte()
		case 2:
			b, _ := r.ByteArray()
			held += len(b)
		case 3:
			list, _ := r.UlongArray()
			held += 8 * len(list)
		case 4:
			for _, a := range r.Attributes() {
				held += 5 + len(a.Value)
			}
		case 5:
			held += 8 * len(r.Wanted())
		case 6:
			r.Mechanism()
		case 7:
			held += len(r.Text(int(o)))
		case 8:
			r.Version()
		}
	}
	return held
}

// FuzzReader takes any bytes for a message: nothing that it returns takes more than the message did, and after the first
// fault it returns nothing.
func FuzzReader(f *testing.F) {
	w := NewRequest(FindObjectsInit)
	w.Ulong(1)
	w.Attributes([]Attribute{{AttrClass, Number(ClassPrivateKey)}, {AttrAllowedMechanisms, Number(1, 2)}, {Type: AttrLabel}})
	f.Add(w.Bytes(), []byte{0, 4})
	f.Add(deep(10000), []byte{4})
	f.Fuzz(func(t *testing.T, message, order []byte) {
		r, _, _ := ReadRequest(message)
		if held := everything(r, order); held > len(message) {
			t.Fatalf("%d bytes came out of %d", held, len(message))
		}
		if r.Done() != nil && (r.Ulong() != 0 || r.Byte() != 0 || len(r.Attributes()) > 0) {
			t.Fatal("a message that is not as it should be says something")
		}
		a, err := ReadAnswer(message, GetTokenInfo)
		if err == nil {
			everything(a, order)
		}
	})
}

// FuzzAttributes holds what is written against what is read.
func FuzzAttributes(f *testing.F) {
	f.Add(AttrLabel, []byte("a label"))
	f.Add(AttrClass, Number(ClassCertificate))
	f.Add(AttrAllowedMechanisms, Number(1, 2, 3))
	f.Fuzz(func(t *testing.T, kind uint32, value []byte) {
		if !isValue(kind, value) {
			return
		}
		w := &Writer{}
		w.Attributes([]Attribute{{kind, value}, {Type: kind}})
		r := &Reader{b: w.Bytes()}
		got := r.Attributes()
		if err := r.Done(); err != nil || len(got) != 2 || !slices.Equal(got[0].Value, value) || got[1].Value != nil {
			t.Fatalf("attribute %#x of %x came back as %x: %v", kind, value, got, err)
		}
	})
}

// isValue says whether a value is as long as its kind asks for.
func isValue(kind uint32, value []byte) bool {
	switch layoutOf(kind) {
	case asByte:
		return len(value) == 1
	case asNumber:
		return len(value) == 8
	case asNumbers:
		return value != nil && len(value)%8 == 0
	case asAttributes:
		return false
	}
	return value != nil
}
