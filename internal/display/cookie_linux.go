package display

import (
	"io"
	"os"
	"path/filepath"
)

// maxAuthority is how much of an authority file is read, in bytes.
const maxAuthority = 1 << 20

// cookieFor looks into the person's authority file (Xsecurity(7), FILES). Without one the server may know us by our user.
func cookieFor(display int, getenv func(string) string) cookie {
	path := getenv("XAUTHORITY")
	if path == "" {
		path = filepath.Join(getenv("HOME"), ".Xauthority")
	}
	f, err := os.Open(path)
	if err != nil {
		return cookie{}
	}
	defer func() { _ = f.Close() }()
	file, err := io.ReadAll(io.LimitReader(f, maxAuthority))
	host, unnamed := os.Hostname()
	if err != nil || unnamed != nil {
		return cookie{}
	}
	return findCookie(file, host, display)
}
