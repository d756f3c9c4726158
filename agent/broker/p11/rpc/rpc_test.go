package rpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// deep is a search for an attribute with attributes in it, as deep as that.
func deep(levels int) []byte {
	w := NewRequest(FindObjectsInit)
	w.Ulong(1)
	for range levels {
		w.uint32(1)
		w.uint32(AttrWrapTemplate)
		w.Byte(1)
		w.uint32(24)
	}
	return w.Bytes()
}

func TestAttributesInAttributesAreRefused(t *testing.T) {
	for _, levels := range []int{1, 8, 10000} {
		r, call, ok := ReadRequest(deep(levels))
		if !ok || call != FindObjectsInit {
			t.Fatalf("the request is a %d", call)
		}
		r.Ulong()
		list := r.Attributes()
		var format *FormatError
		if err := r.Done(); !errors.As(err, &format) {
			t.Errorf("%d levels come to %d attributes, %v", levels, len(list), err)
		}
	}
}

func TestAFrameThatIsTooLongIsRefusedBeforeItIsRead(t *testing.T) {
	for name, header := range map[string][3]uint32{
		"a message of 4 GiB":        {16, 0, 0xffffffff},
		"a message over the limit":  {16, 0, MaxMessage + 1},
		"options of 4 GiB":          {16, 0xffffffff, 0},
		"options over the limit":    {16, maxOptions + 1, 4},
		"a call that has no number": {0, 0, 4},
	} {
		b := make([]byte, 0, headerSize)
		for _, n := range header {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		rest := strings.NewReader(strings.Repeat("x", 64))
		_, err := ReadFrame(io.MultiReader(bytes.NewReader(b), rest), nil)
		var format *FormatError
		if !errors.As(err, &format) || rest.Len() != 64 {
			t.Errorf("%s comes to %v, with %d bytes left", name, err, rest.Len())
		}
	}
}

func TestMemoryIsGotAsAMessageArrives(t *testing.T) {
	header := binary.BigEndian.AppendUint32(make([]byte, 0, headerSize), 16)
	header = binary.BigEndian.AppendUint32(header, 0)
	header = binary.BigEndian.AppendUint32(header, MaxMessage)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadFrame(io.MultiReader(bytes.NewReader(header), strings.NewReader("half a")), nil)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, io.ErrUnexpectedEOF) || got > 64<<10 {
		t.Errorf("it came to %v, and %d bytes were got", err, got)
	}
}

func TestAFrameArrivesInAnyPieces(t *testing.T) {
	for _, size := range []int{0, 1, firstPiece - 1, firstPiece, firstPiece + 1, 100_000, MaxMessage} {
		body := bytes.Repeat([]byte{7, 8, 9}, size/3+1)[:size]
		var stream bytes.Buffer
		if err := WriteFrame(&stream, Frame{Code: 99, Body: body}); err != nil {
			t.Fatal(err)
		}
		begun := 0
		got, err := ReadFrame(iotest.HalfReader(&stream), func() { begun++ })
		if err != nil || got.Code != 99 || !bytes.Equal(got.Body, body) || begun != 1 {
			t.Errorf("%d bytes came back as %d, %d, begun %d: %v", size, got.Code, len(got.Body), begun, err)
		}
	}
}

func TestAFrameThatBreaksOffIsNoEnd(t *testing.T) {
	var stream bytes.Buffer
	_ = WriteFrame(&stream, Frame{Code: 99, Body: make([]byte, 9000)})
	for _, n := range []int{1, 11, 12, 13, 5000} {
		if _, err := ReadFrame(bytes.NewReader(stream.Bytes()[:n]), nil); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes come to %v", n, err)
		}
	}
	if _, err := ReadFrame(bytes.NewReader(nil), nil); !errors.Is(err, io.EOF) {
		t.Errorf("nothing comes to %v", err)
	}
}

func TestAListIsNotLongerThanItsMessage(t *testing.T) {
	for name, read := range map[string]func(*Reader){
		"numbers":    func(r *Reader) { r.UlongArray() },
		"bytes":      func(r *Reader) { r.ByteArray() },
		"attributes": func(r *Reader) { r.Attributes() },
		"wanted":     func(r *Reader) { r.Wanted() },
		"text":       func(r *Reader) { r.Text(64) },
	} {
		r := &Reader{b: []byte{1, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 1}}
		if read(r); r.Done() == nil {
			t.Errorf("%s of 4 GiB in 9 bytes are read", name)
		}
	}
}

func TestACallThatWeDoNotKnowSaysSo(t *testing.T) {
	for _, call := range []Call{9, 14, 64, 66, 89, 0xffffffff} {
		w := &Writer{}
		w.uint32(uint32(call))
		w.bytes([]byte("uMaA"))
		if _, got, ok := ReadRequest(w.Bytes()); ok || got != call {
			t.Errorf("call %d is taken for %d, known: %v", call, got, ok)
		}
	}
}

func TestARequestWithOtherLettersIsMalformed(t *testing.T) {
	w := &Writer{}
	w.uint32(uint32(Sign))
	w.bytes([]byte("uay"))
	r, _, ok := ReadRequest(w.Bytes())
	if !ok || r.Done() == nil {
		t.Error("a request with other letters is read")
	}
}

func TestAnAnswerIsToTheCallOrAnError(t *testing.T) {
	if _, err := ReadAnswer(ErrorAnswer(TokenNotPresent), GetTokenInfo); !errors.Is(err, TokenNotPresent) {
		t.Errorf("an error comes to %v", err)
	}
	if _, err := ReadAnswer(ErrorAnswer(OK), GetInfo); !errors.Is(err, GeneralError) {
		t.Errorf("an error without one comes to %v", err)
	}
	var format *FormatError
	if _, err := ReadAnswer(NewAnswer(GetInfo).Bytes(), GetTokenInfo); !errors.As(err, &format) {
		t.Errorf("an answer to another call comes to %v", err)
	}
}

func TestTextFillsItsFieldAndIsCutBetweenCharacters(t *testing.T) {
	for text, want := range map[string]string{"": "", "Anna": "Anna", "Åsa Öst": "Åsa", "ÅÅÅÅ": "ÅÅ"} {
		w := &Writer{}
		w.Text(text, 5)
		r := &Reader{b: w.Bytes()}
		if got := r.Text(5); strings.TrimSpace(got) != want || r.Done() != nil {
			t.Errorf("%q comes back as %q: %v", text, got, r.Done())
		}
	}
}

func TestAMechanismKeepsItsParameters(t *testing.T) {
	for _, m := range []Mechanism{{Type: MechRSAPKCS}, {MechRSAPKCSPSS, &PSS{MechSHA256, MGF1SHA256, 32}}, {Type: 0x250}, {Type: NoMechanism}} {
		w := &Writer{}
		w.Mechanism(m)
		r := &Reader{b: w.Bytes()}
		if m.Type == NoMechanism {
			r.b = r.b[:4]
		}
		got := r.Mechanism()
		if err := r.Done(); err != nil || got.Type != m.Type || (got.PSS == nil) != (m.PSS == nil) || m.PSS != nil && *got.PSS != *m.PSS {
			t.Errorf("%+v comes back as %+v: %v", m, got, err)
		}
	}
}
