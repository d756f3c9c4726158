package caller

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// dpkgLists is where dpkg(1) keeps, one for each package, the paths of its files.
const dpkgLists = "/var/lib/dpkg/info"

// packageOf is the name of the package that has installed a program; empty where there is none, or no dpkg.
func packageOf(path string) string {
	if name := packageIn(dpkgLists, path); name != "" {
		return name
	}
	// Packages from before /bin and /lib became links into /usr list the old path.
	old := strings.TrimPrefix(path, "/usr")
	if old == path || !isSamePath(old, path) {
		return ""
	}
	return packageIn(dpkgLists, old)
}

func isSamePath(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// packageIn looks for a line that is path in the files NAME.list and NAME:ARCHITECTURE.list of a folder.
func packageIn(folder, path string) string {
	lists, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	line := []byte("\n" + path + "\n")
	for _, l := range lists {
		name, ok := strings.CutSuffix(l.Name(), ".list")
		if !ok {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, l.Name()))
		if err == nil && bytes.Contains(text, line) {
			name, _, _ = strings.Cut(name, ":")
			return name
		}
	}
	return ""
}
