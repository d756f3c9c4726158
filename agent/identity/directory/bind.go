package directory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"siths-agent/agent/courier"
	"siths-agent/internal/trusted"
)

// Files of the machine, where krb5.conf(5) and its library have them.
const (
	systemKeytab   = "/etc/krb5.keytab"
	systemKrb5Conf = "/etc/krb5.conf"
)

// maxFile bounds each file that goes into a question, in bytes.
const maxFile = 256 << 10

var (
	errReadable    = errors.New("others than its owner can read it")
	errTwoLines    = errors.New("it must be two lines: the DN and its password")
	errLargeSecret = errors.New("larger than any file of its kind")
)

// bind reads whom the service is to the directory. Files are read for each question: credentials get renewed.
func (d *Directory) bind() (courier.Bind, error) {
	if file, ok := strings.CutPrefix(d.cfg.Bind, "file:"); ok {
		return passwordOf(file)
	}
	keytab, err := readSecret(orElse(d.cfg.Keytab, systemKeytab))
	if err != nil {
		return courier.Bind{}, err
	}
	conf, err := readTrusted(orElse(d.cfg.Krb5Conf, systemKrb5Conf))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the realm's servers are looked up by name
	}
	return courier.Bind{Keytab: keytab, Krb5Conf: conf}, err
}

func orElse(file, system string) string {
	if file == "" {
		return system
	}
	return file
}

// passwordOf reads a file of two lines, DN and password. An empty password would make nobody of whom the DN names, and a
// directory may let that pass (RFC 4513, section 5.1.2).
func passwordOf(file string) (courier.Bind, error) {
	data, err := readSecret(file)
	if err != nil {
		return courier.Bind{}, err
	}
	lines := bytes.Split(bytes.TrimRight(data, "\r\n"), []byte("\n"))
	if len(lines) != 2 {
		clear(data)
		return courier.Bind{}, fmt.Errorf("%s: %w", file, errTwoLines)
	}
	dn, password := bytes.TrimSpace(lines[0]), bytes.TrimRight(lines[1], "\r")
	if len(dn) == 0 || len(password) == 0 {
		clear(data)
		return courier.Bind{}, fmt.Errorf("%s: %w", file, errTwoLines)
	}
	return courier.Bind{DN: string(dn), Password: password}, nil
}

// readSecret reads a file that only its owner can read, and nobody but root and this program's user can have written.
func readSecret(file string) ([]byte, error) {
	f, err := trusted.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !isPrivate(info.Mode()) {
		return nil, fmt.Errorf("%s: %w", file, errReadable)
	}
	return readBounded(f, file)
}

// readTrusted reads a file that is no secret.
func readTrusted(file string) ([]byte, error) {
	f, err := trusted.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readBounded(f, file)
}

func readBounded(r io.Reader, file string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		clear(data)
		return nil, fmt.Errorf("%s: %w", file, errLargeSecret)
	}
	return data, err
}

// authorities reads whose word counts on the directory's name, nil for the system's.
func (d *Directory) authorities() ([]byte, error) {
	if d.cfg.CA == "" {
		return nil, nil
	}
	return readTrusted(d.cfg.CA)
}

// wipe forgets the secrets of a question that has been put.
func wipe(b courier.Bind) {
	clear(b.Password)
	clear(b.Keytab)
}
