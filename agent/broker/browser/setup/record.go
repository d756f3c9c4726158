package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// recordFile remembers what was put into files of others, and which folders were made.
const recordFile = "/var/lib/siths-agent/sso-setup.json"

// record is what has to be known to take out our own things alone.
type record struct {
	Version int      `json:"v"`
	Firefox []claim  `json:"firefox,omitempty"`
	Folders []string `json:"folders,omitempty"` // with the root, outermost first
}

// RecordError says that what was done cannot be told, so that nothing is safe to undo.
type RecordError struct {
	Path string
	Err  error
}

func (e *RecordError) Error() string { return "reading " + e.Path + ": " + e.Err.Error() }
func (e *RecordError) Unwrap() error { return e.Err }

func readRecord(path string) (record, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, nil
	}
	if err != nil {
		return record{}, &RecordError{Path: path, Err: err}
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, &RecordError{Path: path, Err: err}
	}
	if r.Version != 1 {
		return record{}, &RecordError{Path: path, Err: fmt.Errorf("version %d is not known", r.Version)}
	}
	return r, nil
}

func (r record) empty() bool { return len(r.Firefox) == 0 && len(r.Folders) == 0 }
