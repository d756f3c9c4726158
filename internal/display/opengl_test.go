package display

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// replies is what an X server says: whether it has GLX, of which version, and with how many configurations.
func replies(present byte, major, minor, configs uint32) []byte {
	var b []byte
	for _, numbers := range [][]uint32{{uint32(present) | 150<<8}, {major, minor}, {configs}} {
		reply := append([]byte{1}, make([]byte, replySize-1)...)
		for i, n := range numbers {
			binary.LittleEndian.PutUint32(reply[8+4*i:], n)
		}
		b = append(b, reply...)
	}
	return b
}

func TestADisplayIsAskedForOpenGL(t *testing.T) {
	refuses := append([]byte{0, 1}, make([]byte, 30)...)
	for name, c := range map[string]struct {
		says []byte
		want error
	}{
		"new":              {replies(1, 1, 4, 12), nil},
		"newer":            {replies(1, 2, 0, 1), nil},
		"none":             {replies(0, 1, 4, 12), ErrNoGL},
		"old":              {replies(1, 1, 2, 12), ErrNoGL},
		"nothing to draw":  {replies(1, 1, 4, 0), ErrNoGL},
		"refused":          {refuses, ErrNoGL},
		"refused later":    {append(replies(1, 1, 4, 1)[:replySize], refuses...), ErrNoGL},
		"gone":             {replies(1, 1, 4, 12)[:40], io.ErrUnexpectedEOF},
		"gone at once":     {nil, io.EOF},
		"gone in its turn": {replies(1, 1, 4, 12)[:64], io.EOF},
	} {
		s := &server{Reader: bytes.NewReader(c.says)}
		if err := askGLX(s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := &server{Reader: bytes.NewReader(replies(1, 1, 4, 12))}
	want := "b\x00\x03\x00\x03\x00\x00\x00GLX\x00" + "\x96\x07\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00" + "\x96\x15\x02\x00\x00\x00\x00\x00"
	if err := askGLX(s); err != nil || s.heard.String() != want {
		t.Errorf("%v: it was told %q", err, s.heard.String())
	}
}

func FuzzOpenGL(f *testing.F) {
	f.Add(string(replies(1, 1, 4, 12)))
	f.Add(string(replies(0, 0, 0, 0)))
	f.Add("")
	f.Fuzz(func(t *testing.T, says string) {
		if err := askGLX(&server{Reader: strings.NewReader(says)}); err == nil && (len(says) < 3*replySize || says[8] == 0) {
			t.Errorf("%q has OpenGL", says)
		}
	})
}
