package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func filled(t *testing.T, s string) *Buffer {
	t.Helper()
	b, err := New(64)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	if err := b.Set([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASecretIsNeverPrintedOrMarshalled(t *testing.T) {
	b := filled(t, "482913")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, b); strings.Contains(got, "482913") || got != "[secret]" {
			t.Errorf("%s shows %q", verb, got)
		}
	}
	if _, err := json.Marshal(b); err == nil {
		t.Error("a secret was marshalled to JSON")
	}
}

func TestSetWipesWhatItWasGiven(t *testing.T) {
	for name, given := range map[string]string{"that fits": "1234", "that is too long": strings.Repeat("9", 65)} {
		t.Run(name, func(t *testing.T) {
			b := filled(t, "")
			p := []byte(given)
			err := b.Set(p)
			if !bytes.Equal(p, make([]byte, len(p))) {
				t.Error("the source still holds the secret")
			}
			if (err != nil) != (len(given) > 64) {
				t.Errorf("Set: %v", err)
			}
		})
	}
}

func TestWipeLeavesNothingInThePage(t *testing.T) {
	b := filled(t, "482913")
	page := b.page
	b.Wipe()
	if b.Len() != 0 || !bytes.Equal(page, make([]byte, len(page))) {
		t.Error("the page still holds bytes")
	}
}

func TestReadNTakesTheBytesAndFailsCleanOnAShortSource(t *testing.T) {
	b := filled(t, "old")
	if err := b.ReadN(strings.NewReader("123456rest"), 6); err != nil || string(b.Bytes()) != "123456" {
		t.Fatalf("got %q, %v", b.Bytes(), err)
	}
	if err := b.ReadN(strings.NewReader("12"), 6); err == nil || b.Len() != 0 || b.page[0] != 0 {
		t.Errorf("a short read left %d bytes, %v", b.Len(), err)
	}
	if err := b.ReadN(strings.NewReader(""), 65); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

func TestASecretGrowsWhereItLiesAndADroppedByteIsWiped(t *testing.T) {
	b := filled(t, "")
	for range 64 {
		if err := b.Append('7'); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Append('7'); !errors.Is(err, ErrTooLong) || b.Len() != 64 {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
	if &b.Bytes()[0] != &b.page[0] {
		t.Error("it has moved")
	}
	b.Drop()
	if b.Len() != 63 || b.page[63] != 0 {
		t.Errorf("%d bytes, the last is %d", b.Len(), b.page[63])
	}
	b.Wipe()
	if b.Drop(); b.Len() != 0 {
		t.Errorf("nothing was dropped to %d bytes", b.Len())
	}
}

func TestClosingTwiceIsHarmless(t *testing.T) {
	b := filled(t, "1")
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if _, err := New(MaxLen + 1); !errors.Is(err, ErrTooLong) {
		t.Errorf("an oversized buffer: %v", err)
	}
}

func TestACodeThatAStrangerTriesFirstIsEasy(t *testing.T) {
	for code, easy := range map[string]bool{"000000": true, "123456": true, "654321": true, "890123": true, "1": true, "482913": false, "112233": false} {
		if Easy([]byte(code)) != easy {
			t.Errorf("%s: %v", code, !easy)
		}
	}
}

func TestCodesAreAlikeOnlyAsAWhole(t *testing.T) {
	if !Alike([]byte("482913"), []byte("482913")) || Alike([]byte("482913"), []byte("48291")) || Alike([]byte("482913"), []byte("482914")) {
		t.Error("they are not told apart")
	}
}
