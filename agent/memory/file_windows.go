package memory

import "os"

// openPlain opens a regular file. Who may write it is decided by the access list that the installer puts on the folder.
func openPlain(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrUnsafe
	}
	return os.Open(path)
}
