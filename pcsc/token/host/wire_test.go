package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"siths-agent/pcsc/token"
)

func TestTypedErrorsSurviveThePipe(t *testing.T) {
	two := 2
	for _, err := range []error{token.ErrUnreadable, token.ErrUnsupported, token.ErrBusy, token.ErrSilent, token.ErrRemoved,
		token.ErrChanged, token.ErrNoKey, fmt.Errorf("deep down: %w", token.ErrBusy)} {
		var buf bytes.Buffer
		if werr := WriteAnswer(&buf, nil, err); werr != nil {
			t.Fatal(werr)
		}
		_, got := ReadAnswer(&buf)
		kind := err
		if inner := errors.Unwrap(err); inner != nil {
			kind = inner
		}
		if !errors.Is(got, kind) {
			t.Errorf("%v came out as %v", err, got)
		}
	}
	var buf bytes.Buffer
	if err := WriteAnswer(&buf, nil, &token.PINError{Reason: token.Wrong, Tries: &two}); err != nil {
		t.Fatal(err)
	}
	_, err := ReadAnswer(&buf)
	var pin *token.PINError
	if !errors.As(err, &pin) || pin.Reason != token.Wrong || pin.Tries == nil || *pin.Tries != 2 {
		t.Errorf("a wrong PIN came out as %v", err)
	}
}

func TestAnErrorOfNoKnownKindIsACardThatCannotBeRead(t *testing.T) {
	if err := NewFailure(io.ErrShortBuffer).Err(); !errors.Is(err, token.ErrUnreadable) {
		t.Error(err)
	}
	if err := (Failure{Kind: "nonsense"}).Err(); !errors.Is(err, ErrFrame) {
		t.Error(err)
	}
}

func TestAFrameLongerThanTheLimitIsRefusedBeforeItIsRead(t *testing.T) {
	if _, _, err := ReadHeader(bytes.NewReader([]byte{0, 0xff, 0xff, 0xff, 0xff})); !errors.Is(err, ErrFrame) {
		t.Error(err)
	}
	if err := WriteHeader(io.Discard, 0, MaxBody+1); !errors.Is(err, ErrFrame) {
		t.Error(err)
	}
}

func FuzzReadAnswer(f *testing.F) {
	var good bytes.Buffer
	if err := WriteAnswer(&good, []byte("signature"), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte("\x01\x00\x00\x00\x11{\"kind\":\"removed\"}"))
	f.Add([]byte{2, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		body, err := ReadAnswer(r)
		if err == nil && (len(data) < headerLen || data[0] != statusOK || len(body) != len(data)-headerLen-r.Len()) {
			t.Errorf("%x was taken for an answer of %d bytes", data, len(body))
		}
	})
}
