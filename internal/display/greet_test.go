package display

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// entry is a record as it lies in an authority file.
func entry(family uint16, parts ...string) []byte {
	b := binary.BigEndian.AppendUint16(nil, family)
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(p))), p...)
	}
	return b
}

func TestTheCookieIsThatOfTheDisplay(t *testing.T) {
	file := bytes.Join([][]byte{
		entry(0, "\x7f\x00\x00\x01", "3", plainCookie, "of the Internet"),
		entry(familyLocal, "other", "3", plainCookie, "of another host"),
		entry(familyLocal, "desk", "4", plainCookie, "of another display"),
		entry(familyLocal, "desk", "3", "XDM-AUTHORIZATION-1", "of another kind"),
		entry(familyLocal, "desk", "3", plainCookie, "right"),
		entry(familyWild, "", "", plainCookie, "for all"),
	}, nil)
	for _, c := range []struct {
		host    string
		display int
		want    string
	}{{"desk", 3, "right"}, {"desk", 4, "of another display"}, {"elsewhere", 3, "for all"}, {"other", 3, "of another host"}} {
		if got := findCookie(file, c.host, c.display); string(got.data) != c.want || string(got.name) != plainCookie {
			t.Errorf("%s:%d has %q", c.host, c.display, got)
		}
	}
	if got := findCookie(file[:len(file)-1], "elsewhere", 3); got.data != nil {
		t.Errorf("a file that is cut off has %q", got)
	}
}

// server has said what it will say, and keeps what it hears.
type server struct {
	io.Reader
	heard bytes.Buffer
}

func (s *server) Write(b []byte) (int, error) { return s.heard.Write(b) }

func TestAServerIsGreetedWithTheCookie(t *testing.T) {
	s := &server{Reader: strings.NewReader("\x01\x00\x0b\x00\x00\x00\x02\x00and what it says of itself")}
	if _, err := greet(s, cookie{[]byte(plainCookie), []byte("0123456789abcdef")}); err != nil {
		t.Fatal(err)
	}
	want := "l\x00\x0b\x00\x00\x00\x12\x00\x10\x00\x00\x00" + plainCookie + "\x00\x00" + "0123456789abcdef"
	if got := s.heard.String(); got != want {
		t.Errorf("it was told %q", got)
	}
}

func TestAServerThatRefusesSaysWhy(t *testing.T) {
	_, err := greet(&server{Reader: strings.NewReader("\x00\x07\x0b\x00\x00\x00\x02\x00go away!")}, cookie{})
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), `"go away"`) {
		t.Error(err)
	}
	if _, err := greet(&server{Reader: strings.NewReader("\x02       ")}, cookie{}); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	if _, err := greet(&server{Reader: strings.NewReader("\x01 ")}, cookie{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func FuzzAuthority(f *testing.F) {
	f.Add(entry(familyWild, "", "", plainCookie, "0123456789abcdef"))
	f.Add(entry(familyLocal, "desk", "1", plainCookie, ""))
	f.Fuzz(func(t *testing.T, file []byte) {
		c := findCookie(file, "desk", 1)
		if len(c.name)+len(c.data) > len(file) || c.name != nil && string(c.name) != plainCookie {
			t.Errorf("%q has %q", file, c)
		}
	})
}

func FuzzGreeting(f *testing.F) {
	f.Add([]byte("\x01\x00\x0b\x00\x00\x00\x02\x00"))
	f.Add([]byte("\x00\x07\x0b\x00\x00\x00\x02\x00go away!"))
	f.Fuzz(func(t *testing.T, says []byte) {
		if _, err := greet(&server{Reader: bytes.NewReader(says)}, cookie{}); err == nil && says[0] != 1 {
			t.Errorf("%q lets us in", says)
		}
	})
}
