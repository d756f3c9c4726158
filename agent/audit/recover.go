package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// reopen opens the file and finds the end of the chain. After a failure of our own the chain goes on where it was;
// otherwise the file is taken as it is found and repaired.
func (l *Log) reopen() *WriteError {
	f, err := l.open(l.path)
	if err != nil {
		return l.failure("opening", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return l.failure("opening", err)
	}
	same := l.info != nil && os.SameFile(l.info, info)
	l.f, l.info = f, info
	known, err := l.openMark()
	if err != nil {
		l.drop(l.own)
		return l.failure("opening the head of", err)
	}
	if same && l.own && info.Size() >= l.size {
		return l.cutOff()
	}
	if err := l.recover(info.Size(), known); err != nil {
		if l.f != nil {
			l.drop(false)
		}
		return err
	}
	return nil
}

// cutOff removes what a failed write of ours left behind.
func (l *Log) cutOff() *WriteError {
	if err := l.f.Truncate(l.size); err != nil {
		return l.broken("truncating", err)
	}
	if err := l.f.Sync(); err != nil {
		return l.broken("syncing", err)
	}
	return nil
}

// recover finds the end of the chain in a file of that size, keeps a torn end aside, and tells about it, and about rows
// that are missing although known, the head file's mark, has them.
func (l *Log) recover(size int64, known *Mark) *WriteError {
	before := *l.position()
	end, err := l.findEnd(size)
	if err != nil {
		return l.failure("reading", err)
	}
	l.size, l.seq, l.head = end.size, end.seq, end.head
	row := Row{Event: AgentRecovered}
	if size > end.size {
		if row.Bytes, row.SHA256, err = l.keepTorn(size); err != nil {
			return l.failure("saving the torn end of", err)
		}
		row.Reason = "torn"
	}
	lost, err := l.lost(known)
	switch {
	case err != nil:
		return l.failure("reading", err)
	case before.seq > 0 && before != *l.position():
		row.Reason = fmt.Sprintf("changed from outside after row %d", before.seq)
		row.SHA256 = before.head
	case lost != "":
		row.Reason, row.SHA256 = lost, known.orNone().Hash
	}
	if row.Reason != "" {
		l.untold = append(l.untold, row)
	}
	return l.settleMark()
}

// settleMark tells what there is to tell, and brings the head file up to the rows.
func (l *Log) settleMark() *WriteError {
	if err := l.tell(); err != nil {
		return err
	}
	l.note()
	if err := l.mark.Sync(); err != nil { // a head file that is missing later was removed
		return l.failure("syncing the head of", err)
	}
	return nil
}

// lost says what is wrong with the log by the mark of its head file, or nothing.
func (l *Log) lost(known *Mark) (string, error) {
	switch {
	case known == nil && l.seq == 0:
		return "", nil
	case known == nil:
		return "the head file is missing or damaged", nil
	case isShort(l.seq, *known):
		return fmt.Sprintf("rows %d to %d are missing", l.seq+1, known.Seq), nil
	}
	is, err := l.hashOf(known.Seq)
	if err != nil || is == known.Hash {
		return "", err
	}
	return fmt.Sprintf("row %d is not the one that was written", known.Seq), nil
}

// orNone is the mark, or that of no row.
func (m *Mark) orNone() Mark {
	if m == nil {
		return Mark{}
	}
	return *m
}

// hashOf returns the hash of the row with that number, or nothing when the file does not have it. It is a row near the
// end: the mark is behind by those that were written since the system last wrote it to disk.
func (l *Log) hashOf(seq uint64) (string, error) {
	hash := l.head
	for at, n := l.size, l.seq; n > seq; n-- {
		if at == 0 {
			return "", nil
		}
		line, err := readLine(l.f, at)
		if err != nil {
			return "", err
		}
		hash, at = line.prev, line.start
	}
	return hash, nil
}

// tell writes the rows about repairs.
func (l *Log) tell() *WriteError {
	for len(l.untold) > 0 {
		if _, err := l.write(l.untold[0]); err != nil {
			return err
		}
		l.untold = l.untold[1:]
	}
	return nil
}

// position is the end of a chain: the size of its lines, the number and the hash of the last one.
type position struct {
	size int64
	seq  uint64
	head string
}

func (l *Log) position() *position { return &position{l.size, l.seq, l.head} }

// findEnd finds the end of the chain: in the file, or where that is empty, in the segment before it.
func (l *Log) findEnd(size int64) (position, error) {
	end, err := findEnd(l.f, size)
	if err != nil || end.size > 0 {
		return end, err
	}
	segments, err := Segments(filepath.Dir(l.path))
	if err != nil || len(segments) == 0 {
		return end, err
	}
	last, err := segments[len(segments)-1].last()
	return position{seq: last.Seq, head: last.Hash}, err
}

// findEnd finds the last whole line. What follows the last newline is torn, and so is a last line that is no entry.
// Damage further up is left for Verify: the chain goes on from the last line's bytes, whatever they are.
func findEnd(f io.ReaderAt, size int64) (position, error) {
	end, err := lineStart(f, size)
	if err != nil || end == 0 {
		return position{head: Genesis}, err
	}
	last, err := readLine(f, end)
	if err != nil {
		return position{}, err
	}
	if !last.good {
		end = last.start
	}
	return chainEnd(f, end)
}

// chainEnd returns the position behind the line that ends at end. A line that is no entry has no number: the
// nearest entry above it is counted on from.
func chainEnd(f io.ReaderAt, end int64) (position, error) {
	p := position{size: end, head: Genesis}
	for at := end; at > 0; {
		l, err := readLine(f, at)
		if err != nil {
			return position{}, err
		}
		if at == end {
			p.head = l.hash
		}
		if l.good {
			p.seq += l.seq
			return p, nil
		}
		p.seq++
		at = l.start
	}
	return p, nil
}

// found is one line of the file: where it starts, its hash, and, when it is an entry, its number and the hash of the
// line before.
type found struct {
	start int64
	hash  string
	seq   uint64
	prev  string
	time  time.Time
	good  bool
}

// readLine reads the line whose newline ends at end.
func readLine(f io.ReaderAt, end int64) (found, error) {
	start, err := lineStart(f, end-1)
	if err != nil {
		return found{}, err
	}
	var text bytes.Buffer
	sum := sha256.New()
	if end-start > MaxLine {
		_, err = io.Copy(sum, io.NewSectionReader(f, start, end-1-start))
	} else {
		_, err = io.Copy(io.MultiWriter(sum, &text), io.NewSectionReader(f, start, end-1-start))
	}
	if err != nil {
		return found{}, err
	}
	e, bad := parse(text.Bytes())
	return found{start: start, hash: hex.EncodeToString(sum.Sum(nil)), seq: e.Seq, prev: e.Prev, time: e.Time, good: bad == nil}, nil
}

// lineStart returns the offset behind the last newline before end, or 0.
func lineStart(f io.ReaderAt, end int64) (int64, error) {
	buf := make([]byte, 4096)
	for end > 0 {
		n := min(end, int64(len(buf)))
		if _, err := f.ReadAt(buf[:n], end-n); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return end - n + int64(i) + 1, nil
		}
		end -= n
	}
	return 0, nil
}

// keepTorn copies what stands behind the last whole line to a file of its own, durably, and returns its length
// and SHA-256 in hex.
func (l *Log) keepTorn(size int64) (int64, string, error) {
	f, err := l.tornFile()
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.NewSectionReader(l.f, l.size, size-l.size))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(filepath.Dir(l.path))
	}
	return n, hex.EncodeToString(sum.Sum(nil)), err
}

// tornFile makes "audit.torn-SEQ", where SEQ is the number of the row that tells about it. A crash before that row
// was durable may have left one: then "audit.torn-SEQ.2" and so on.
func (l *Log) tornFile() (*os.File, error) {
	name := filepath.Join(filepath.Dir(l.path), fmt.Sprintf("audit.torn-%d", l.seq+1))
	try := name
	for n := 2; ; n++ {
		f, err := os.OpenFile(try, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
		try = fmt.Sprintf("%s.%d", name, n)
	}
}

// firstRow returns the first entry of a file, or none when it has no rows.
func firstRow(f io.ReaderAt) (Entry, error) {
	for e, err := range Entries(io.NewSectionReader(f, 0, 1<<62)) {
		var damaged *ChainError
		if !errors.As(err, &damaged) {
			return e, err
		}
	}
	return Entry{}, nil
}

// lastTime returns the time of the last entry before end; the zero time when there is none.
func lastTime(f io.ReaderAt, end int64) (time.Time, error) {
	for end > 0 {
		l, err := readLine(f, end)
		if err != nil || l.good {
			return l.time, err
		}
		end = l.start
	}
	return time.Time{}, nil
}
