package identity

import (
	"crypto/sha256"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// crlStore holds the revocation lists in some folders and reads them again when their files change.
type crlStore struct {
	dirs  []string
	mu    sync.Mutex
	files map[string]*crlFile
}

// crlFile is one file as it was when it was read. One that could not be read has no lists.
type crlFile struct {
	info    os.FileInfo
	lists   []*x509.RevocationList
	signers map[signedBy]bool // checked signatures: those of large lists take milliseconds
}

type signedBy struct {
	list int
	ca   [sha256.Size]byte
}

func newCRLStore(dirs []string) *crlStore {
	return &crlStore{dirs: dirs, files: map[string]*crlFile{}}
}

// of returns every usable list that this authority made.
func (s *crlStore) of(ca *x509.Certificate) []*x509.RevocationList {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	var found []*x509.RevocationList
	for _, file := range s.files {
		found = append(found, file.by(ca)...)
	}
	return found
}

func (f *crlFile) by(ca *x509.Certificate) []*x509.RevocationList {
	var found []*x509.RevocationList
	for n, list := range f.lists {
		key := signedBy{n, sha256.Sum256(ca.Raw)}
		good, known := f.signers[key]
		if !known {
			good = checkCRLSigner(list, ca) == nil
			f.signers[key] = good
		}
		if good {
			found = append(found, list)
		}
	}
	return found
}

// refresh makes files what is in the folders now.
func (s *crlStore) refresh() {
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
func (s *crlStore) reread(path string) *crlFile {
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
	return &crlFile{info: info, lists: readCRLs(path), signers: map[signedBy]bool{}}
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// readCRLs returns the usable lists of a DER or PEM file. What cannot be used is as good as absent: without
// another list the result is unknown, and policy decides.
func readCRLs(path string) []*x509.RevocationList {
	data, err := readLimited(path, maxCRLSize)
	if err != nil {
		return nil
	}
	ders, err := derBlocks(data, "X509 CRL")
	if err != nil {
		return nil
	}
	var found []*x509.RevocationList
	for _, der := range ders {
		if list, err := parseCRL(der); err == nil {
			found = append(found, list)
		}
	}
	return found
}
