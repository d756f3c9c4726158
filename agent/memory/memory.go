// Package memory keeps, over a crash of the service, which desktops a card has opened.
package memory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"siths-agent/internal/durable"
)

// FileName is the record's name in the state folder. It is there only while a desktop is open or has to be locked, or is
// shared and its last holder known.
const FileName = "login.json"

// Errors of a record that is there and cannot be used. Whoever gets one must take it that any desktop may be open.
var (
	ErrUnsafe  = errors.New("not a plain file of our own that only we can write")
	ErrGarbled = errors.New("not a record of open desktops")
)

// Desk is the desktop of one account that a card has opened, or that is yet to be locked. The zero Desk stands for every
// desktop of the machine.
type Desk struct {
	Account  string   `json:"account"`
	UID      *uint32  `json:"uid,omitempty"`      // the account's, where known
	Sessions []string `json:"sessions,omitempty"` // those known to belong to it, oldest first
	Holder   string   `json:"holder,omitempty"`   // the HSA-id of who used it last, where several people share it
	Closed   bool     `json:"closed,omitempty"`   // it is locked, and here for its Holder only
}

// Everybody says whether d stands for every desktop.
func (d Desk) Everybody() bool { return d.Account == "" }

// File is the record in a state folder. It has one user at a time.
type File struct {
	path string
	boot string
}

// New returns the record in a folder that nobody else can write. boot names the present run of the operating system:
// desktops of an earlier run are gone, and a record of it counts as none. An empty boot is unknown, and then the record
// counts: a lock too many costs a PIN, one too few a secret.
func New(dir, boot string) *File {
	return &File{path: filepath.Join(dir, FileName), boot: boot}
}

// Recall returns the desktops that were open or yet to be locked when the last service ended; the newest unlock is the
// last of them.
func (f *File) Recall() ([]Desk, error) {
	desks, err := f.recall()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.path, err)
	}
	return desks, nil
}

func (f *File) recall() ([]Desk, error) {
	file, err := openPlain(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, err
	}
	r, err := parse(data)
	if err != nil {
		return nil, err
	}
	if r.Boot != "" && f.boot != "" && r.Boot != f.boot {
		return nil, nil
	}
	return r.Desks, nil
}

// Keep replaces the record, by none when there are no desks. It returns when that is durable; after an error the record
// is the old one or the new one, and whole.
func (f *File) Keep(desks []Desk) error {
	if len(desks) == 0 {
		return f.remove()
	}
	data, err := encode(record{V: version, Boot: f.boot, Desks: desks})
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.path, err)
	}
	return durable.Replace(f.path, data)
}

func (f *File) remove() error {
	err := os.Remove(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("removing %s: %w", f.path, err)
	}
	return durable.Name(f.path)
}
