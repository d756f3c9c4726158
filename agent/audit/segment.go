package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Segment is a part of the log that nothing is written to any more. Together with FileName, which comes last, the
// segments are one chain.
type Segment struct {
	Path  string
	First uint64 // number of its first row
}

// Segments returns the closed segments of the log in dir, oldest first. Files with other names are not ours.
func Segments(dir string) ([]Segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Segment
	for _, e := range entries {
		if first, ok := segmentNumber(e.Name()); ok && e.Type().IsRegular() {
			all = append(all, Segment{Path: filepath.Join(dir, e.Name()), First: first})
		}
	}
	slices.SortFunc(all, func(a, b Segment) int { return cmp.Compare(a.First, b.First) })
	return all, nil
}

// seqDigits is the width of a row's number in names and in the head file: names sort as their rows do.
const seqDigits = 20

func segmentName(first uint64) string { return fmt.Sprintf("audit-%0*d.jsonl", seqDigits, first) }

// segmentNumber reads a segment's name.
func segmentNumber(name string) (uint64, bool) {
	digits, found := strings.CutPrefix(strings.TrimSuffix(name, ".jsonl"), "audit-")
	first, err := strconv.ParseUint(digits, 10, 64)
	return first, found && err == nil && first > 0 && name == segmentName(first)
}

// Rows reads the whole log of a folder as if it were one file. Rows that are written meanwhile may be missing at its
// end, and the last line may not be whole yet.
type Rows struct {
	mark   *Mark
	parts  []string // closed segments that are not read yet
	files  int
	live   *os.File // read last; nil when there is none
	at     *os.File
	opened bool // at least one closed segment
}

// OpenRows opens the log in dir for reading. Without any log in it the error is fs.ErrNotExist.
func OpenRows(dir string) (*Rows, error) {
	mark, err := readMark(dir) // before the rows: these go at least as far
	if err != nil {
		return nil, err
	}
	r := &Rows{mark: mark}
	live, err := os.Open(filepath.Join(dir, FileName)) // before the names: a file that is closed meanwhile has one
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	missing := err
	if err == nil {
		r.live = live
	}
	segments, err := Segments(dir)
	if err == nil && len(segments) == 0 {
		err = missing
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	r.take(segments)
	return r, nil
}

// From leaves out the closed segments that hold no row after the one of that number. It is for before the first Read.
func (r *Rows) From(after uint64) {
	for len(r.parts) > 0 {
		if next := r.second(); next == 0 || next > after+1 {
			return
		}
		r.parts = r.parts[1:]
	}
}

// second returns the number of the first row behind the segment that comes first, or 0 when it is not known.
func (r *Rows) second() uint64 {
	if len(r.parts) > 1 {
		next, _ := segmentNumber(filepath.Base(r.parts[1]))
		return next
	}
	if r.live == nil {
		return 0
	}
	first, err := firstRow(r.live)
	if err != nil {
		return 0
	}
	return first.Seq
}

// take notes the closed segments, without the one that was live a moment ago.
func (r *Rows) take(segments []Segment) {
	for _, s := range segments {
		if !r.isLive(s.Path) {
			r.parts = append(r.parts, s.Path)
		}
	}
	r.files = len(r.parts)
	if r.live != nil {
		r.files++
	}
}

func (r *Rows) isLive(path string) bool {
	if r.live == nil {
		return false
	}
	a, errA := os.Stat(path)
	b, errB := r.live.Stat()
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// Mark returns how far the log has to go at least, or nil when its head file is missing.
func (r *Rows) Mark() *Mark { return r.mark }

// Files returns how many files the log consists of.
func (r *Rows) Files() int { return r.files }

// Read reads on, over the ends of files.
func (r *Rows) Read(p []byte) (int, error) {
	for {
		if r.at == nil {
			if err := r.next(); err != nil {
				return 0, err
			}
		}
		n, err := r.at.Read(p)
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, err
		}
		_ = r.at.Close()
		r.at = nil
	}
}

// next opens the next file. The oldest ones may have been removed since their names were read, because they are old.
func (r *Rows) next() error {
	for len(r.parts) > 0 {
		f, err := os.Open(r.parts[0])
		r.parts = r.parts[1:]
		if errors.Is(err, fs.ErrNotExist) && !r.opened {
			continue
		}
		if err != nil {
			return err
		}
		r.at, r.opened = f, true
		return nil
	}
	if r.live == nil {
		return io.EOF
	}
	r.at, r.live = r.live, nil
	return nil
}

// Close lets the files go.
func (r *Rows) Close() error {
	var err error
	for _, f := range []*os.File{r.at, r.live} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	r.at, r.live, r.parts = nil, nil, nil
	return err
}
