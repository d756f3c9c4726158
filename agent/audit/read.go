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
	"strconv"
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
	Beheaded      Damage = "beheaded"        // lines before the first are missing, and no row says that they were removed for their age
	CutOff        Damage = "cut-off"         // lines that were there are missing at the end
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
	Rows              uint64
	FirstSeq, LastSeq uint64    // their numbers; 0 when there is none
	First, Last       time.Time // of the first and the last row; zero when there is none
	Head              string    // hex SHA-256 of the last line; Genesis when there is none
	Repairs           uint64    // rows that tell that the log was found damaged and went on
}

// Verify reads a whole log and checks that each line follows the one before. A log may begin later than with row 1 when
// a row in it says that what came before was removed for its age. The error is a *ChainError for the first line that is
// wrong, or what reading gave; the Summary covers the lines before it. Lines cut off the end, or a log rewritten from
// some line on, can only be seen by comparing with an earlier Summary, or with a Mark: see VerifyTo.
func Verify(r io.Reader) (Summary, error) { return VerifyTo(r, nil) }

// VerifyTo is Verify, and checks as well that the log goes on to mark, when there is one, and has that row.
func VerifyTo(r io.Reader, mark *Mark) (Summary, error) {
	c := check{Summary: Summary{Head: Genesis}, mark: mark}
	line := 0
	for l, err := range lines(r) {
		if err != nil {
			return c.Summary, err
		}
		line = l.number
		e, what := l.entry()
		if what == "" {
			what = c.next(e, l.data)
		}
		if what != "" {
			return c.Summary, &ChainError{Line: line, What: what}
		}
	}
	return c.end(line)
}

// check is a Summary on its way through a log.
type check struct {
	Summary
	mark    *Mark
	removed *Mark // what came before the first line, while no row has explained where it went
}

// next takes one line, which is e.
func (c *check) next(e Entry, data []byte) Damage {
	if c.Rows == 0 {
		c.begin(e)
	}
	sum := hash(data)
	switch {
	case !e.follows(c.Head):
		return ChainBroken
	case !e.isNext(c.LastSeq):
		return OutOfSequence
	case c.mark != nil && e.Seq == c.mark.Seq && sum != c.mark.Hash:
		return ChainBroken
	}
	if c.removed != nil && e.explains(*c.removed) {
		c.removed = nil
	}
	if e.Event == AgentRecovered {
		c.Repairs++
	}
	c.Rows, c.Last, c.LastSeq, c.Head = c.Rows+1, e.Time, e.Seq, sum
	return ""
}

// begin takes the first line of a log that may have lost its beginning.
func (c *check) begin(e Entry) {
	c.First, c.FirstSeq = e.Time, e.Seq
	if e.Seq > 1 {
		c.removed = &Mark{Seq: e.Seq - 1, Hash: e.Prev}
		c.LastSeq, c.Head = e.Seq-1, e.Prev
	}
}

func (c *check) end(lines int) (Summary, error) {
	switch {
	case c.removed != nil:
		return Summary{Head: Genesis}, &ChainError{Line: 1, What: Beheaded}
	case c.mark != nil && isShort(c.LastSeq, *c.mark):
		return c.Summary, &ChainError{Line: lines + 1, What: CutOff}
	}
	return c.Summary, nil
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

// Line is one line as it stands in the file.
type Line struct {
	Number int    // from 1
	Data   []byte // without the newline; valid until the next line is read
}

// Lines reads a log line by line without looking into them. A line that is torn or too long is given as a *ChainError
// and reading goes on behind it; any other error ends it.
func Lines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for l, err := range lines(r) {
			if err == nil && l.damage != "" {
				err = &ChainError{Line: l.number, What: l.damage}
			}
			if !yield(Line{l.number, l.data}, err) {
				return
			}
		}
	}
}

// Mark returns the line's number and hash. A line that is no row has none.
func (l Line) Mark() (Mark, bool) {
	digits, ok := bytes.CutPrefix(l.Data, []byte(`{"seq":`)) // as encode writes it
	end := bytes.IndexByte(digits, ',')
	if !ok || end < 0 {
		return Mark{}, false
	}
	seq, err := strconv.ParseUint(string(digits[:end]), 10, 64)
	return Mark{seq, hash(l.Data)}, err == nil && seq > 0
}

// Entry returns what the line says.
func (l Line) Entry() (Entry, error) { return parse(l.Data) }

// line is one line with what is wrong with it.
type line struct {
	number int
	data   []byte
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
	if e.Seq == 0 || !isHash(e.Prev) || !e.Event.valid() {
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
