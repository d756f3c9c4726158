package forward

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"siths-agent/agent/audit"
)

// CursorName is the name of the file that says which row was taken over last. Without it, sending begins with the live
// file of the log, which holds a month at most.
const CursorName = "audit.cursor"

// The most that is sent at a time.
const maxRows, maxBytes = 500, 1 << 20

// row is one row to be sent.
type row struct {
	mark  audit.Mark
	line  []byte
	entry audit.Entry
}

// tail reads a log from its cursor on.
type tail struct{ dir string }

// Cursor returns the last row of the log in dir that was taken over; the zero Mark when there is none. It is not synced:
// after a power cut it may be one that was taken over earlier, and then rows are sent twice.
func Cursor(dir string) (audit.Mark, error) {
	text, err := os.ReadFile(filepath.Join(dir, CursorName))
	if errors.Is(err, fs.ErrNotExist) {
		return audit.Mark{}, nil
	}
	if err != nil {
		return audit.Mark{}, err
	}
	m, err := audit.ParseMark(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return audit.Mark{}, nil // as good as none
	}
	return m, nil
}

// taken writes the cursor, in place: a mark is always equally long.
func (t *tail) taken(m audit.Mark) error {
	f, err := os.OpenFile(filepath.Join(t.dir, CursorName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(m.String()+"\n"), 0)
	return errors.Join(err, f.Close())
}

// next returns the rows behind the cursor, as many as are sent at a time. When the log does not have the row of the
// cursor, somebody has changed it: then its live file is sent from the beginning, for the server to see.
func (t *tail) next() ([]row, error) {
	at, err := Cursor(t.dir)
	if err != nil {
		return nil, err
	}
	if at.Seq > 0 {
		rows, known, err := t.read(at)
		if err != nil || known {
			return rows, err
		}
	}
	rows, _, err := t.read(audit.Mark{})
	return rows, err
}

// read returns the rows after one, or without one those of the live file, and whether that one is in the log. A line
// that is torn is being written; one that is no row is for who verifies the log.
func (t *tail) read(after audit.Mark) (rows []row, known bool, err error) {
	log, err := audit.OpenRows(t.dir)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = log.Close() }()
	if after.Seq == 0 {
		log.From(math.MaxUint64 - 1)
		known = true
	} else {
		log.From(after.Seq - 1)
	}
	size := 0
	for line, err := range audit.Lines(log) {
		var damaged *audit.ChainError
		if err != nil && !errors.As(err, &damaged) {
			return nil, false, err
		}
		mark, ok := line.Mark()
		if !known {
			known = ok && mark == after
			continue
		}
		entry, bad := line.Entry()
		if err != nil || !ok || bad != nil {
			continue
		}
		rows = append(rows, row{mark, bytes.Clone(line.Data), entry})
		if size += len(line.Data); len(rows) == maxRows || size >= maxBytes {
			break
		}
	}
	return rows, known, nil
}
