package display

import (
	"encoding/binary"
	"errors"
	"testing"
)

// sized is what a server says of itself that has a screen of a size.
func sized(width, height uint16) []byte {
	b := setup(1)
	at, _ := screenOf(b)
	binary.LittleEndian.PutUint16(b[at+20:], width)
	binary.LittleEndian.PutUint16(b[at+22:], height)
	return b
}

func TestTheSizeOfADesktopIsWhatItsServerSays(t *testing.T) {
	if w, h, err := sizeOf(sized(1920, 1080)); err != nil || w != 1920 || h != 1080 {
		t.Errorf("%d by %d: %v", w, h, err)
	}
	whole := sized(1920, 1080)
	at, err := screenOf(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 31, at, at + 23} {
		if _, _, err := sizeOf(whole[:n]); !errors.Is(err, errServer) {
			t.Errorf("of %d bytes: %v", n, err)
		}
	}
	if _, _, err := Size(t.Context(), func(string) string { return "desk.example:0" }); !errors.Is(err, ErrFar) {
		t.Errorf("another machine's: %v", err)
	}
}

func FuzzSize(f *testing.F) {
	f.Add(sized(640, 480))
	f.Fuzz(func(t *testing.T, says []byte) {
		w, h, err := sizeOf(says)
		if err == nil && len(says) < 56 || err != nil && w+h != 0 {
			t.Errorf("%d bytes are a screen of %d by %d", len(says), w, h)
		}
	})
}
