package look

import (
	"bytes"
	"encoding/binary"
	"io"
)

// xsettings are those of an XSETTINGS manager that are looked at.
type xsettings struct {
	theme    string // Net/ThemeName
	dpi      int32  // Xft/DPI, in 1024ths
	unscaled int32  // Gdk/UnscaledDPI: the same without the factor by which GNOME enlarges whole windows
}

// The kinds of settings (freedesktop.org, XSETTINGS 0.5, "Format of the _XSETTINGS_SETTINGS property").
const (
	kindInteger = 0
	kindString  = 1
	kindColor   = 2
)

// parseSettings reads a manager's property as far as it can be read.
func parseSettings(b []byte) xsettings {
	var s xsettings
	if len(b) < 12 {
		return s
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] != 0 { // MSBFirst
		order = binary.BigEndian
	}
	r := bytes.NewReader(b[12:])
	for range order.Uint32(b[8:]) {
		if !s.read(r, order) {
			break
		}
	}
	return s
}

// read reads one setting; false: no more can be read.
func (s *xsettings) read(r *bytes.Reader, order binary.ByteOrder) bool {
	var head struct {
		Kind, _ uint8
		Name    uint16
	}
	if binary.Read(r, order, &head) != nil {
		return false
	}
	name, ok := chars(r, int64(head.Name))
	if _, err := r.Seek(4, io.SeekCurrent); !ok || err != nil { // when it was changed last
		return false
	}
	switch head.Kind {
	case kindInteger:
		var n int32
		ok = binary.Read(r, order, &n) == nil
		s.number(name, n)
	case kindString:
		var size uint32
		if binary.Read(r, order, &size) != nil {
			return false
		}
		var value string
		if value, ok = chars(r, int64(size)); name == "Net/ThemeName" {
			s.theme = value
		}
	case kindColor:
		_, ok = chars(r, 8)
	default:
		return false
	}
	return ok
}

func (s *xsettings) number(name string, n int32) {
	switch name {
	case "Xft/DPI":
		s.dpi = n
	case "Gdk/UnscaledDPI":
		s.unscaled = n
	}
}

// chars reads so many bytes, and what fills them up to a multiple of four.
func chars(r *bytes.Reader, size int64) (string, bool) {
	full := (size + 3) / 4 * 4
	if full > int64(r.Len()) {
		return "", false
	}
	b := make([]byte, full)
	_, err := io.ReadFull(r, b)
	return string(b[:size]), err == nil
}
