package policy

import (
	"bytes"
	"unicode/utf8"
)

// checkEncoding accepts UTF-8 without a byte order mark (TOML 1.0, "Spec") and names what else it finds: the
// marks are those of the Unicode Standard, 23.8.
func checkEncoding(data []byte) *problem {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		return &problem{line: 1, fault: FileBOM}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}), alternateNULs(data):
		return &problem{line: 1, fault: FileUTF16}
	case !utf8.Valid(data):
		return &problem{line: invalidLine(data), fault: FileNotUTF8}
	default:
		return nil
	}
}

// alternateNULs recognises UTF-16 without a mark by its first character, which in a policy file is ASCII.
func alternateNULs(data []byte) bool {
	return len(data) >= 2 && (data[0] == 0) != (data[1] == 0)
}

func invalidLine(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return line
}
