package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxSegment is the size in bytes from which a new segment is begun.
const maxSegment = 64 << 20

// Keeping says how long rows are kept.
type Keeping struct {
	Retention time.Duration
	Taken     uint64 // number of the last row that may be removed; others have not seen those after it
}

// Bounds of step.
const minStep, maxStep = 24 * time.Hour, 30 * 24 * time.Hour

// step is how long a segment is written to, and the most that is believed about the time between two rows.
func (k Keeping) step() time.Duration { return min(max(k.Retention/12, minStep), maxStep) }

// Keep begins a new segment when the live one is old or large, and removes segments whose rows are all older than
// Retention. Before one is removed, a row tells so. It is meant to be called every hour or so. Errors are *WriteErrors,
// or what reading and removing gave.
func (l *Log) Keep(ctx context.Context, k Keeping) error {
	if err := l.closeSegment(ctx, k); err != nil {
		return err
	}
	return l.prune(ctx, k)
}

// closeSegment gives the live file a name of its own and begins a new one, when it is time.
func (l *Log) closeSegment(ctx context.Context, k Keeping) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.give()
	if l.closed || l.f == nil || l.size == 0 || !l.undisturbed() {
		return nil // the next row will find out
	}
	first, err := firstRow(l.f)
	if err != nil {
		return l.failure("reading", err)
	}
	if l.size < maxSegment && l.now().Sub(first.Time).Abs() < k.step() { // or begun when the clock was far ahead
		return nil
	}
	if err := l.rename(first.Seq); err != nil {
		return l.failure("closing a segment of", err)
	}
	if err := l.reopen(); err != nil {
		return err
	}
	return nil
}

// rename moves the live file away. When it has, the chain goes on in a new one, whatever fails afterwards.
func (l *Log) rename(first uint64) error {
	dir := filepath.Dir(l.path)
	to := filepath.Join(dir, segmentName(first))
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	if err := l.mark.Sync(); err != nil { // so that what the head names is not in an older segment than the last
		return err
	}
	f, mark := l.f, l.mark
	l.f, l.mark, l.own = nil, nil, false
	defer func() { _ = mark.Close() }()
	if err := moveOpen(f, l.path, to); err != nil {
		return err
	}
	l.size, l.info = 0, nil
	return syncDir(dir)
}

// prune removes what is old.
func (l *Log) prune(ctx context.Context, k Keeping) error {
	segments, err := Segments(filepath.Dir(l.path))
	if err != nil {
		return err
	}
	spans, err := l.spans(segments)
	if err != nil {
		return err
	}
	for i, s := range spans[:len(segments)] {
		if k.age(spans[i:], l.now()) <= k.Retention || s.last.Seq > k.Taken {
			return nil
		}
		if err := l.remove(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// remove removes one segment, when a row that tells so is on disk.
func (l *Log) remove(ctx context.Context, s span) error {
	row := Row{Event: AuditPruned, Pruned: s.last.Seq, SHA256: s.last.Hash, Bytes: s.size,
		Reason: fmt.Sprintf("rows %d to %d, until %s", s.First, s.last.Seq, s.until.UTC().Format(time.DateOnly))}
	if _, err := l.Append(ctx, row); err != nil {
		return err
	}
	if err := os.Remove(s.Path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(s.Path))
}

// span is a file of the log and the time that its rows are from.
type span struct {
	Segment
	from, until time.Time
	last        Mark
	size        int64
}

// spans reads the first and the last row of each segment, and of the live file when it has one.
func (l *Log) spans(segments []Segment) ([]span, error) {
	var all []span
	for _, s := range append(segments[:len(segments):len(segments)], Segment{Path: l.path}) {
		f, err := os.Open(s.Path)
		if err != nil {
			return nil, err
		}
		one, err := s.span(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", s.Path, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func (s Segment) span(f *os.File) (span, error) {
	info, err := f.Stat()
	if err != nil {
		return span{}, err
	}
	first, err := firstRow(f)
	if err != nil {
		return span{}, err
	}
	end, err := findEnd(f, info.Size())
	if err != nil {
		return span{}, err
	}
	until, err := lastTime(f, end.size)
	return span{Segment: s, from: first.Time, until: until, last: Mark{end.seq, end.head}, size: info.Size()}, err
}

// last returns the segment's last row.
func (s Segment) last() (Mark, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return Mark{}, err
	}
	defer func() { _ = f.Close() }()
	one, err := s.span(f)
	return one.last, err
}
