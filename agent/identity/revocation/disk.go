package revocation

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"siths-agent/internal/durable"
	"siths-agent/internal/trusted"
)

// FolderName is the folder of the store in the state folder.
const FolderName = "revocation"

// What the files in the folder are called. The middle of the names is a sum in hexadecimal.
const (
	clockFile     = "clock.json"
	issuersFile   = "issuers.json"
	goodPrefix    = "good-"    // the newest good OCSP answer of one certificate
	revokedPrefix = "revoked-" // the newest one that revokes it
	listPrefix    = "list-"    // the newest revocation list of one authority
	suffix        = ".der"
)

const (
	// maxKept is how many good answers are kept: one for each card that this machine may see in a while. Answers that
	// revoke, and lists, are kept for good.
	maxKept = 2000
	// maxJSON is the largest of the .json files, in bytes.
	maxJSON = 1 << 20
)

// disk is the folder that answers are kept in, made when there is something to keep. Whatever is read from it is verified
// anew. The zero disk keeps nothing.
type disk struct {
	dir  string
	most int // good answers
	turn *sync.Mutex
}

// read returns a file of at most limit bytes, nothing when there is none that can be believed.
func (d disk) read(name string, limit int64) []byte {
	if d.dir == "" {
		return nil
	}
	path, err := filepath.Abs(filepath.Join(d.dir, name))
	if err != nil {
		return nil
	}
	f, err := trusted.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(data)) > limit {
		return nil
	}
	return data
}

// write replaces a file: it is the old one or the new one, and whole, unless the machine itself breaks down. Then it may
// be spoilt, which is found when it is read.
func (d disk) write(name string, data []byte) error {
	return d.place(name, func(path string) error {
		if err := os.WriteFile(path+".new", data, 0o600); err != nil {
			return err
		}
		return os.Rename(path+".new", path)
	})
}

// writeDurable replaces a file by one that is on disk when it returns.
func (d disk) writeDurable(name string, data []byte) error {
	return d.place(name, func(path string) error { return durable.Replace(path, data) })
}

func (d disk) place(name string, write func(path string) error) error {
	if d.dir == "" {
		return nil
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of answers about revocation: %w", err)
	}
	d.turn.Lock()
	defer d.turn.Unlock()
	if err := write(filepath.Join(d.dir, name)); err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	return nil
}

// evict removes the oldest good answers beyond those that are kept.
func (d disk) evict() error {
	if d.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), goodPrefix) })
	if len(entries) <= d.most {
		return nil
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return changed(a).Compare(changed(b)) })
	for _, e := range entries[:len(entries)-d.most] {
		if err := os.Remove(filepath.Join(d.dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// readJSON fills v from a file; what cannot be read leaves it as it is.
func (d disk) readJSON(name string, v any) {
	if data := d.read(name, maxJSON); data != nil {
		_ = json.Unmarshal(data, v) // a file that was spoilt is as good as absent
	}
}

func (d disk) writeJSON(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return d.writeDurable(name, data)
}

// changed is when a file was written; the zero time for one that is gone.
func changed(e fs.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
