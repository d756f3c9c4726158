// Package audit writes down what happened, one hash-chained JSON line each, on disk before anybody acts on it.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// FileName is the log's name in its folder.
const FileName = "audit.jsonl"

// What a WriteError can wrap, beside what the operating system says.
var (
	ErrLocked = errors.New("another process writes this log")
	ErrUnsafe = errors.New("not a plain file or folder of our own that only we can write")
	ErrClosed = errors.New("the log is closed")
)

// WriteError says that a row is not in the log, and why. Whoever gets it must not go on with what the row tells.
type WriteError struct {
	Op   string // a gerund: "opening", "encoding", "writing", "syncing" ...
	Path string
	Err  error
}

// Error returns "writing audit log /path: why".
func (e *WriteError) Error() string { return fmt.Sprintf("%s audit log %s: %v", e.Op, e.Path, e.Err) }

// Unwrap returns why.
func (e *WriteError) Unwrap() error { return e.Err }

// Options changes how a Log works. The zero value is right for the service.
type Options struct {
	Now func() time.Time // time.Now when nil

	open func(path string) (file, error) // openFile when nil
}

// file is what a Log needs of *os.File.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
}

// Log is an open audit log. It has one writer in the whole system and may be used by many goroutines.
type Log struct {
	path string
	now  func() time.Time
	open func(path string) (file, error)
	last atomic.Pointer[WriteError]

	wrote chan struct{} // told after each row

	turn   chan struct{} // holds one token; who takes it may touch what follows
	f      file          // nil between a failure and the next successful reopening
	mark   file          // the head file; open when f is
	info   fs.FileInfo   // identifies f
	size   int64         // of the acknowledged lines
	seq    uint64        // of the last of them
	head   string        // its hash
	own    bool          // what stands behind size, if anything, is ours and was never acknowledged
	untold []Row         // repairs that no row tells about yet
	closed bool
}

// Open opens the log in dir, which is made when it is missing, and repairs what a crash left behind. Every error
// is a *WriteError; ErrLocked, ErrUnsafe and what the system said can be asked for with errors.Is.
func Open(dir string, opts Options) (*Log, error) {
	l := &Log{path: filepath.Join(dir, FileName), now: opts.Now, open: opts.open, head: Genesis,
		turn: make(chan struct{}, 1), wrote: make(chan struct{}, 1)}
	if l.now == nil {
		l.now = time.Now
	}
	if l.open == nil {
		l.open = openFile
	}
	if err := makeDir(dir); err != nil {
		return nil, &WriteError{Op: "making folder for", Path: l.path, Err: err}
	}
	if err := l.reopen(); err != nil {
		return nil, err
	}
	l.turn <- struct{}{}
	return l, nil
}

// Append writes one row and returns its entry once it is durable. Until ctx ends it waits for its turn; once it
// writes, it is not interrupted. The error is a *WriteError, and then nothing of the row stays in the log. After an
// error the log is reopened by the next Append, so that a disk that has room again is used again.
func (l *Log) Append(ctx context.Context, row Row) (Entry, error) {
	if err := l.take(ctx); err != nil {
		return Entry{}, err
	}
	defer l.give()
	e, err := l.append(row)
	l.last.Store(err)
	if err != nil {
		return Entry{}, err
	}
	select {
	case l.wrote <- struct{}{}:
	default: // told already, and not heard yet
	}
	return e, nil
}

// Wrote is told, at least once, when there are rows that were not there when it was last received from.
func (l *Log) Wrote() <-chan struct{} { return l.wrote }

// take waits for the turn.
func (l *Log) take(ctx context.Context) error {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return l.failure("waiting for", ctx.Err())
	}
	if err := ctx.Err(); err != nil {
		l.give()
		return l.failure("waiting for", err)
	}
	return nil
}

func (l *Log) give() { l.turn <- struct{}{} }

func (l *Log) append(row Row) (Entry, *WriteError) {
	if l.closed {
		return Entry{}, l.failure("writing", ErrClosed)
	}
	if l.f != nil && !l.undisturbed() {
		l.drop(false)
	}
	if l.f == nil {
		if err := l.reopen(); err != nil {
			return Entry{}, err
		}
	}
	if err := l.tell(); err != nil {
		return Entry{}, err
	}
	return l.write(row)
}

// Err returns why the latest Append that had its turn failed, or nil when it did not.
func (l *Log) Err() error {
	if err := l.last.Load(); err != nil {
		return err
	}
	return nil
}

// Path returns where the log is, for readers.
func (l *Log) Path() string { return l.path }

// Close waits for a running Append and lets the file go. Appending afterwards fails with ErrClosed.
func (l *Log) Close() error {
	<-l.turn
	defer l.give()
	l.closed = true
	if l.f == nil {
		return nil
	}
	err := errors.Join(l.f.Close(), l.mark.Close())
	l.f, l.mark = nil, nil
	return err
}

// write puts one line behind the acknowledged ones, over whatever stands there, and makes it durable.
func (l *Log) write(row Row) (Entry, *WriteError) {
	e := Entry{Seq: l.seq + 1, Prev: l.head, Row: clean(row, l.now)}
	data, err := encode(e)
	if err != nil {
		return Entry{}, l.failure("encoding", err)
	}
	end := l.size + int64(len(data))
	if _, err := l.f.WriteAt(data, l.size); err != nil {
		return Entry{}, l.broken("writing", err)
	}
	if err := l.f.Truncate(end); err != nil {
		return Entry{}, l.broken("truncating", err)
	}
	if err := settle(l.f); err != nil {
		return Entry{}, l.broken("syncing", err)
	}
	l.size, l.seq, l.head = end, e.Seq, hash(data[:len(data)-1])
	l.note()
	return e, nil
}

// undisturbed reports whether the file is still the one at its path and ends where we left it.
func (l *Log) undisturbed() bool {
	info, err := os.Lstat(l.path)
	return err == nil && os.SameFile(info, l.info) && info.Size() == l.size
}

// broken cuts off what was written of a row that is not acknowledged, and lets the file go. A repair that is not
// yet told about leaves the file torn: the next process must find it so.
func (l *Log) broken(op string, err error) *WriteError {
	if len(l.untold) == 0 {
		l.f.Truncate(l.size) // if this fails too, reopening does it
	}
	l.drop(true)
	return l.failure(op, err)
}

// drop closes the file. own says that what may stand behind the acknowledged lines is ours.
func (l *Log) drop(own bool) {
	l.f.Close()
	if l.mark != nil {
		l.mark.Close()
	}
	l.f, l.mark, l.own = nil, nil, own
}

func (l *Log) failure(op string, err error) *WriteError {
	return &WriteError{Op: op, Path: l.path, Err: err}
}
