package plain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"siths-agent/internal/secret"
)

// longestCommand is how long a line to a pinentry may be, without its end (Assuan manual, "Client requests": 1000 bytes).
const longestCommand = 1000

// Codes of GnuPG's errors that are a person's answers (libgpg-error, err-codes.h: the low 16 bits of an ERR line's number).
const (
	codeCanceled      = 99
	codeNotConfirmed  = 114
	codeFullyCanceled = 198
	codeMask          = 0xffff
)

var (
	errLongLine = errors.New("a line of the pinentry has no end")
	errLine     = errors.New("a line of the pinentry is none of the protocol")
	errEscape   = errors.New("a code of the pinentry is not what the protocol allows")
)

// refused is an ERR line.
type refused struct{ code int }

// Error tells the number and not the words, which are the other program's.
func (e *refused) Error() string { return fmt.Sprintf("the pinentry refuses with code %d", e.code) }

// kind is what a line of the pinentry is.
type kind int

const (
	isOK kind = iota
	isData
	isNote // a status or a comment: nothing that is waited for
)

// parse tells what a line is, without its end; rest is what a line of data holds, still escaped. An ERR line is a refused.
func parse(line []byte) (k kind, rest []byte, err error) {
	word, rest, _ := bytes.Cut(line, []byte{' '})
	switch string(word) {
	case "OK":
		return isOK, nil, nil
	case "D":
		return isData, rest, nil
	case "S":
		return isNote, nil, nil
	case "ERR":
		number, _, _ := bytes.Cut(rest, []byte{' '})
		n, err := strconv.ParseUint(string(number), 10, 32)
		if err != nil {
			return isNote, nil, errLine
		}
		return isNote, nil, &refused{int(n & codeMask)}
	}
	if len(line) > 0 && line[0] == '#' {
		return isNote, nil, nil
	}
	return isNote, nil, errLine
}

// unescape appends what a line of data holds to a secret (Assuan manual, "Server responses": %, CR and LF come as %XX).
func unescape(into *secret.Buffer, data []byte) error {
	for i := 0; i < len(data); i++ {
		c := data[i]
		if c == '%' {
			if i+2 >= len(data) {
				return errEscape
			}
			high, low := unhex(data[i+1]), unhex(data[i+2])
			if high > 15 || low > 15 {
				return errEscape
			}
			c, i = high<<4|low, i+2
		}
		if err := into.Append(c); err != nil {
			return err
		}
	}
	return nil
}

// unhex is the value of a hexadecimal digit, more than 15 of what is none.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// command is one line to a pinentry, with its end. A text that is too long for a line is cut.
func command(name, text string) []byte {
	line := []byte(name)
	if text != "" {
		line = append(line, ' ')
	}
	for _, r := range text {
		next := escaped(r)
		if len(line)+len(next) > longestCommand {
			break
		}
		line = append(line, next...)
	}
	return append(line, '\n')
}

// escaped is one character as it travels: what ends a line or begins an escape is %XX.
func escaped(r rune) []byte {
	if r == '%' || r < ' ' {
		return fmt.Appendf(nil, "%%%02X", r)
	}
	return utf8.AppendRune(nil, r)
}

// cost is how many bytes of a line a text takes.
func cost(text string) int { return len(command("", text)) }

// wire is the talk with one pinentry.
type wire struct {
	in   io.Writer
	out  io.Reader
	line *secret.Buffer // the last line that was read: it may hold the code
	one  [1]byte
}

// read reads one line, byte by byte, so that what was typed lies in no other buffer. The line is valid until the next.
func (w *wire) read() ([]byte, error) {
	defer func() { w.one[0] = 0 }()
	for w.line.Wipe(); ; {
		if _, err := io.ReadFull(w.out, w.one[:]); err != nil {
			return nil, err
		}
		if w.one[0] == '\n' {
			return w.line.Bytes(), nil
		}
		if w.line.Append(w.one[0]) != nil {
			return nil, errLongLine
		}
	}
}

// answer reads until a command is answered. Data goes into a secret; nil: none is expected.
func (w *wire) answer(into *secret.Buffer) error {
	defer w.line.Wipe()
	for {
		line, err := w.read()
		if err != nil {
			return err
		}
		k, data, err := parse(line)
		switch {
		case err != nil:
			return err
		case k == isOK:
			return nil
		case k == isData && into == nil:
			return errLine
		case k == isData:
			if err := unescape(into, data); err != nil {
				return err
			}
		}
	}
}

// ask sends one command and waits for its answer.
func (w *wire) ask(name, text string, into *secret.Buffer) error {
	if _, err := w.in.Write(command(name, text)); err != nil {
		return err
	}
	return w.answer(into)
}

// tell is ask for what not every pinentry knows: that it refuses is no error.
func (w *wire) tell(name, text string) error {
	var no *refused
	if err := w.ask(name, text, nil); err != nil && !errors.As(err, &no) {
		return err
	}
	return nil
}
