package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// HeadName is the name of the file that says how far the log goes. It is written after each row, so that it never says
// more than was written: a log that ends before it was cut off.
const HeadName = "audit.head"

// Mark names the last row of a log: its number and the hash of its line. The zero Mark is that of no row.
type Mark struct {
	Seq  uint64
	Hash string
}

// String returns the number in 20 digits, a space and the hash: always equally long, so that it is written in place.
func (m Mark) String() string { return fmt.Sprintf("%0*d %s", seqDigits, m.Seq, m.Hash) }

// ParseMark reads what String writes.
func ParseMark(s string) (Mark, error) {
	digits, hash, _ := strings.Cut(s, " ")
	seq, err := strconv.ParseUint(digits, 10, 64)
	m := Mark{Seq: seq, Hash: hash}
	if err != nil || !isHash(hash) || m.String() != s {
		return Mark{}, errNoMark
	}
	return m, nil
}

var errNoMark = errors.New("not the number and the hash of a row")

func isHash(s string) bool { return len(s) == len(Genesis) && allOf(s, "0123456789abcdef") }

// readMark reads the head file in dir. It is nil when there is none, or one that nothing was written to.
func readMark(dir string) (*Mark, error) {
	text, err := os.ReadFile(filepath.Join(dir, HeadName))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := ParseMark(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", HeadName, err)
	}
	return &m, nil
}

// openMark opens the head file. known is what it says; nil when it says nothing that can be read.
func (l *Log) openMark() (known *Mark, err error) {
	f, err := l.open(filepath.Join(filepath.Dir(l.path), HeadName))
	if err != nil {
		return nil, err
	}
	l.mark = f
	var text [seqDigits + 2 + len(Genesis)]byte
	if n, err := f.ReadAt(text[:], 0); n == len(text) && (err == nil || errors.Is(err, io.EOF)) {
		if m, err := ParseMark(strings.TrimSuffix(string(text[:]), "\n")); err == nil {
			return &m, nil
		}
	}
	return nil, nil
}

// note writes the head file. It is not waited for: what a power cut leaves behind the rows is still true of them. Nor
// does a failure matter to the row, which is on disk.
func (l *Log) note() {
	_, _ = l.mark.WriteAt([]byte(Mark{l.seq, l.head}.String()+"\n"), 0)
}
