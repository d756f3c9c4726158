package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Sum tells what stood in a file when it was read.
type Sum struct {
	Name   string            // below the folder of the policy file, with slashes
	SHA256 [sha256.Size]byte // of the content
}

// Sums returns what was read: the policy file, its drop-ins and accounts.toml.
func (l *Loaded) Sums() []Sum { return slices.Clone(l.sums) }

// DigestFiles returns the hex SHA-256 over the sums in the order of their names, whatever order they come in, so that the
// audit log can tell which files were in force. Each sum is a line: the length of the name in bytes and a colon, by which no
// name can pass for two, the name, a space, and the content's SHA-256 in hex.
func DigestFiles(sums []Sum) string {
	sorted := slices.Clone(sums)
	slices.SortFunc(sorted, func(x, y Sum) int { return strings.Compare(x.Name, y.Name) })
	all := sha256.New()
	for _, s := range sorted {
		fmt.Fprintf(all, "%d:%s %x\n", len(s.Name), s.Name, s.SHA256)
	}
	return hex.EncodeToString(all.Sum(nil))
}

func sumsOf(dir string, sources []source) []Sum {
	var sums []Sum
	for _, s := range sources {
		name := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(s.file, dir)), "/")
		sums = append(sums, Sum{Name: name, SHA256: sha256.Sum256(s.data)})
	}
	return sums
}
