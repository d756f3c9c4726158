package diag

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// mostNames is how many bundles of one minute a folder may hold.
const mostNames = 100

// Save saves the bundle in a folder under a name with the time, and returns its path. Only its owner can read the file. One that
// is there is never written over, and nothing half done is left behind.
func (b *Bundle) Save(folder string, at time.Time) (path string, err error) {
	for n := range mostNames {
		path = filepath.Join(folder, bundleName(at, n))
		if err = b.saveNew(path); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("saving the bundle: %w", err)
	}
	return path, nil
}

// bundleName is the n-th name of a bundle of that minute.
func bundleName(at time.Time, n int) string {
	name := "siths-diag-" + at.Format("2006-01-02-1504")
	if n > 0 {
		name += fmt.Sprintf("-%d", n+1)
	}
	return name + ".zip"
}

func (b *Bundle) saveNew(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(b.Write(f), f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}
