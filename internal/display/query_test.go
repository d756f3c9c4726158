package display

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// reply is one of a server, with more than its 32 bytes.
func reply(format byte, at8, at16 uint32, more string) string {
	b := make([]byte, 32)
	b[0], b[1] = 1, format
	for at, n := range map[int]uint32{4: uint32((len(more) + 3) / 4), 8: at8, 16: at16} {
		binary.LittleEndian.PutUint32(b[at:], n)
	}
	return string(padded(append(b, more...)))
}

// setup is what a server with one screen says of itself: a vendor, one format, and the screen.
func setup(root uint32) []byte {
	fixed, screen := make([]byte, 32), make([]byte, 40)
	binary.LittleEndian.PutUint16(fixed[16:], 3)
	fixed[20], fixed[21] = 1, 1
	binary.LittleEndian.PutUint32(screen, root)
	return append(append(fixed, "abc\x00formats!"...), screen...)
}

// event is something that nobody has asked for.
func event() string { return "\x1c" + strings.Repeat("\x00", 31) }

func TestWhatTheDesktopHasWrittenDownIsRead(t *testing.T) {
	const root, selection, name, owner = 77, 300, 301, 5001
	says := event() + reply(8, 31, 8, "Xft.dpi:") + reply(0, selection, 0, "") + reply(0, name, 0, "") +
		event() + reply(0, owner, 0, "") + reply(8, name, 5, "bytes")
	s := &server{Reader: strings.NewReader(says)}
	w, err := wishes(s, setup(root))
	if err != nil || string(w.Resources) != "Xft.dpi:" || string(w.Settings) != "bytes" {
		t.Errorf("%q, %v", w, err)
	}
	heard := s.heard.Bytes()
	if got := binary.LittleEndian.Uint32(heard[4:]); heard[0] != getProperty || got != root {
		t.Errorf("first window %d was asked for with request %d", got, heard[0])
	}
	if got := binary.LittleEndian.Uint32(heard[len(heard)-20:]); got != owner {
		t.Errorf("the settings were asked of window %d", got)
	}
}

func TestADesktopWithoutASettingsManagerHasNone(t *testing.T) {
	for name, says := range map[string]string{
		"no such atom": reply(0, 0, 0, ""), "no owner": reply(0, 300, 0, "") + reply(0, 301, 0, "") + reply(0, 0, 0, ""),
	} {
		w, err := wishes(&server{Reader: strings.NewReader(reply(0, 0, 0, "") + says)}, setup(1))
		if err != nil || len(w.Resources)+len(w.Settings) != 0 {
			t.Errorf("%s: %q, %v", name, w, err)
		}
	}
}

func TestAServerThatTalksNonsenseIsNotFollowed(t *testing.T) {
	long := []byte(reply(8, 0, 0, ""))
	binary.LittleEndian.PutUint32(long[4:], 1<<30)
	for name, c := range map[string]struct {
		setup []byte
		says  string
		want  error
	}{
		"no setup":  {nil, "", errServer},
		"cut off":   {setup(1)[:45], "", errServer},
		"no screen": {make([]byte, 80), "", errServer},
		"too long":  {setup(1), string(long), errServer},
		"gone":      {setup(1), event(), io.EOF},
	} {
		if _, err := wishes(&server{Reader: strings.NewReader(c.says)}, c.setup); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused := new(requestError)
	_, err := wishes(&server{Reader: strings.NewReader("\x00\x03" + strings.Repeat("\x00", 30))}, setup(1))
	if !errors.As(err, &refused) || *refused != (requestError{getProperty, 3}) {
		t.Error(err)
	}
}

func FuzzWishes(f *testing.F) {
	f.Add(setup(1), []byte(reply(8, 31, 8, "Xft.dpi:")+reply(0, 300, 0, "")+reply(0, 301, 0, "")+reply(0, 9, 0, "")+reply(8, 9, 5, "bytes")))
	f.Fuzz(func(t *testing.T, setup, says []byte) {
		w, err := wishes(&server{Reader: bytes.NewReader(says)}, setup)
		if got := len(w.Resources) + len(w.Settings); got > len(says) || err == nil && len(setup) < 36 {
			t.Errorf("%d bytes make %d", len(says), got)
		}
	})
}
