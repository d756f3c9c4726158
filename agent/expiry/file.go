package expiry

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"siths-agent/internal/durable"
)

// FileName is the memory's name in the state folder.
const FileName = "expiry.json"

const (
	version  = 1
	maxCerts = 4096     // of which something is remembered
	maxSize  = 1 << 20  // bytes of the file
	keepTime = 90 * day // after the end of a certificate it is forgotten
	hashLen  = 2 * 32   // hex digits of a SHA-256
)

// errGarbled says that the file is none of ours.
var errGarbled = errors.New("not a record of warnings")

// record is the file's form.
type record struct {
	V    int             `json:"v"`
	Told map[string]note `json:"told"`
}

// Open returns the memory in a folder that nobody else can write. When the error is not nil the memory is empty and works:
// a warning is given twice rather than never.
func Open(dir string) (*Memory, error) {
	m := &Memory{path: filepath.Join(dir, FileName), told: map[string]note{}}
	f, err := os.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("reading which warnings were given: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return m, fmt.Errorf("reading which warnings were given: %w", err)
	}
	told, err := parse(data)
	if err != nil {
		return m, fmt.Errorf("reading %s: %w", m.path, err)
	}
	m.told = told
	return m, nil
}

func parse(data []byte) (map[string]note, error) {
	var r record
	if len(data) > maxSize || json.Unmarshal(data, &r) != nil || r.V != version || len(r.Told) > maxCerts {
		return nil, errGarbled
	}
	for cert, n := range r.Told {
		if _, err := hex.DecodeString(cert); err != nil || len(cert) != hashLen || !slices.Contains(thresholds(), n.Days) {
			return nil, errGarbled
		}
	}
	if r.Told == nil {
		r.Told = map[string]note{}
	}
	return r.Told, nil
}

// Save makes what was told durable. Certificates that ended long before now are left out.
func (m *Memory) Save(now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for cert, n := range m.told {
		if now.Sub(n.NotAfter) > keepTime {
			delete(m.told, cert)
		}
	}
	for len(m.told) > maxCerts {
		delete(m.told, m.first())
	}
	data, err := json.Marshal(record{V: version, Told: m.told})
	if err == nil {
		err = durable.Replace(m.path, data)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", m.path, err)
	}
	return nil
}

// first is the certificate that ends first.
func (m *Memory) first() string {
	var found string
	for cert, n := range m.told {
		if found == "" || n.NotAfter.Before(m.told[found].NotAfter) {
			found = cert
		}
	}
	return found
}
