package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// MaxLine is the longest line of a log, in bytes with its newline.
const MaxLine = 64 << 10

// Genesis is what the first line names as the line before it.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// Damage names one way in which a line can be wrong.
type Damage string

// The kinds of damage.
const (
	Torn          Damage = "torn"            // the last line has no newline
	TooLong       Damage = "too-long"        // longer than MaxLine
	NotAnEntry    Damage = "not-an-entry"    // not JSON, or not what Append writes
	OutOfSequence Damage = "out-of-sequence" // its number does not follow: lines are missing or too many
	ChainBroken   Damage = "chain-broken"    // the line before is not the one that was there when this was written
)

// ChainError says which line is wrong and how.
type ChainError struct {
	Line int // from 1
	What Damage
}

// Error returns "line 7: chain-broken".
func (e *ChainError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// Summary is what a log holds as far as it is whole.
type Summary struct {
	Rows        uint64
	First, Last time.Time // of the first and the last row; zero when there is none
	Head        string    // hex SHA-256 of the last line; Genesis when there is none
}

// Verify reads a whole log and checks that each line follows the one before. The error is a *ChainError for the
// first line that does not, or what reading gave; the Summary covers the lines before it. Lines cut off the
// end, or a log rewritten from some line on, can only be seen by comparing Rows and Head with an earlier Summary.
func Verify(r io.Reader) (Summary, error) {
	s := Summary{Head: Genesis}
	for l, err := range lines(r) {
		if err != nil {
			return s, err
		}
		e, what := l.entry()
		switch {
		case what != "":
		case !e.follows(s.Head):
			what = ChainBroken
		case !e.isNext(s.Rows):
			what = OutOfSequence
		}
		if what != "" {
			return s, &ChainError{Line: l.number, What: what}
		}
		if s.Rows == 0 {
			s.First = e.Time
		}
		s.Rows, s.Last, s.Head = s.Rows+1, e.Time, hash(l.data)
	}
	return s, nil
}

// Entries reads a log line by line without checking the chain. A damaged line is given as a *ChainError and reading
// goes on behind it; any other error ends it.
func Entries(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for l, err := range lines(r) {
			var e Entry
			if err == nil {
				var what Damage
				if e, what = l.entry(); what != "" {
					e, err = Entry{}, &ChainError{Line: l.number, What: what}
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// line is one line as it stands in the file.
type line struct {
	number int
	data   []byte // without the newline; valid until the next line is read
	damage Damage
}

func (l line) entry() (Entry, Damage) {
	if l.damage != "" {
		return Entry{}, l.damage
	}
	e, err := parse(l.data)
	if err != nil {
		return Entry{}, NotAnEntry
	}
	return e, ""
}

// lines splits a log. An error other than the end of the file is given once, at the end.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		b := bufio.NewReaderSize(r, MaxLine)
		for n := 1; ; n++ {
			data, err := b.ReadSlice('\n')
			l := line{number: n, data: bytes.TrimSuffix(data, []byte("\n"))}
			if errors.Is(err, bufio.ErrBufferFull) {
				l.damage, l.data = TooLong, nil
				err = skipLine(b)
			} else if errors.Is(err, io.EOF) && len(data) > 0 {
				l.damage = Torn
			}
			if errors.Is(err, io.EOF) && l.damage == "" {
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(line{}, fmt.Errorf("reading line %d: %w", n, err))
				return
			}
			if !yield(l, nil) || err != nil {
				return
			}
		}
	}
}

func skipLine(b *bufio.Reader) error {
	for {
		if _, err := b.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

var errNotAnEntry = errors.New("not an audit entry")

// parse reads one line. Fields that this version does not know are left out: a later one may have written them.
func parse(data []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		return Entry{}, fmt.Errorf("reading entry: %w", err)
	}
	if e.Seq == 0 || len(e.Prev) != len(Genesis) || !allOf(e.Prev, "0123456789abcdef") || !e.Event.valid() {
		return Entry{}, errNotAnEntry
	}
	return e, nil
}

// encode writes one line with its newline.
func encode(e Entry) ([]byte, error) {
	if !e.Event.valid() {
		return nil, fmt.Errorf("event %q: %w", e.Event, errNotAnEntry)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // read by people and by grep, never by a browser
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// valid accepts lower-case words with dots and hyphens between them.
func (e Event) valid() bool {
	return e != "" && len(e) <= 64 && allOf(string(e), "abcdefghijklmnopqrstuvwxyz.-")
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// allOf reports whether s is made of set's characters only.
func allOf(s, set string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) })
}
