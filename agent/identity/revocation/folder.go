package revocation

import (
	"crypto/x509"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Folders holds the revocation lists that an administrator has put into some folders, and reads them again when their
// files change. It is safe for concurrent use.
type Folders struct {
	dirs  []string
	mu    sync.Mutex
	files map[string]*crlFile
}

// NewFolders looks for .crl files in folders. Nothing is read yet.
func NewFolders(dirs []string) *Folders {
	return &Folders{dirs: dirs, files: map[string]*crlFile{}}
}

// crlFile is one file as it was when it was read. One that could not be read has no lists.
type crlFile struct {
	info  os.FileInfo
	lists []*filed
}

// filed is one list of a file: whole until its authority is known, and from then on its index alone.
type filed struct {
	list   *crl
	by     authority
	index  *index
	others map[authority]bool // who did not make it: signatures of large lists take milliseconds
}

// of returns every usable list that this authority made.
func (s *Folders) of(ca *x509.Certificate) []*index {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	var found []*index
	for _, file := range s.files {
		for _, list := range file.lists {
			if x := list.of(ca); x != nil {
				found = append(found, x)
			}
		}
	}
	return found
}

// of returns the list's index when this authority made it.
func (f *filed) of(ca *x509.Certificate) *index {
	by := authorityOf(ca)
	switch {
	case !signsLists(ca):
		return nil
	case f.index != nil && f.by == by:
		return f.index
	case f.index != nil || f.others[by]:
		return nil
	}
	if checkCRLSigner(f.list, ca) != nil {
		f.others[by] = true
		return nil
	}
	f.index, f.by, f.list = newIndex(f.list), by, nil
	return f.index
}

// refresh makes files what is in the folders now.
func (s *Folders) refresh() {
	present := map[string]*crlFile{}
	for _, dir := range s.dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a folder that is gone has no lists
		}
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			if file := s.reread(path); file != nil {
				present[path] = file
			}
		}
	}
	s.files = present
}

// reread returns a file of revocation lists as it is now, nil if it is none or gone.
func (s *Folders) reread(path string) *crlFile {
	if !strings.EqualFold(filepath.Ext(path), ".crl") {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if old := s.files[path]; old != nil && sameFile(old.info, info) {
		return old
	}
	return &crlFile{info: info, lists: readCRLs(path)}
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// readCRLs returns the usable lists of a file. What cannot be used is as good as absent: without another list the
// result is unknown, and policy decides.
func readCRLs(path string) []*filed {
	data, err := readLimited(path, maxCRLSize)
	if err != nil {
		return nil
	}
	var found []*filed
	for _, list := range parseCRLs(data) {
		found = append(found, &filed{list: list, others: map[authority]bool{}})
	}
	return found
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("larger than it may be")
)

// readLimited reads a regular file of at most limit bytes.
func readLimited(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a FIFO would wait for its writer
		return nil, errNotRegular
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errTooLarge
	}
	return data, err
}
