package identity

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"siths-agent/internal/trusted"
)

// maxAnchorSize is the largest file of trust anchors that is read, in bytes.
const maxAnchorSize = 1 << 20

// anchors are the authorities that policy trusts, and the folders to look for revocation lists in.
type anchors struct {
	roots         []*x509.Certificate // self-signed
	intermediates []*x509.Certificate
	dirs          []string
}

var errNoRoot = errors.New("no self-signed root certificate in any of them")

func loadAnchors(paths []string) (anchors, error) {
	var a anchors
	for _, path := range paths {
		files, dir, err := anchorFiles(path)
		if err != nil {
			return anchors{}, &ConfigError{File: path, Err: fmt.Errorf("reading trust anchors: %w", err)}
		}
		if !slices.Contains(a.dirs, dir) {
			a.dirs = append(a.dirs, dir)
		}
		for _, file := range files {
			if err := a.load(file); err != nil {
				return anchors{}, &ConfigError{File: file, Err: fmt.Errorf("reading trust anchors: %w", err)}
			}
		}
	}
	if len(a.roots) == 0 {
		return anchors{}, &ConfigError{File: strings.Join(paths, ", "), Err: fmt.Errorf("reading trust anchors: %w", errNoRoot)}
	}
	return a, nil
}

// IssuerNames returns the common names of the authorities below the roots, in order, each once: what cards' certificates say
// of who has issued them. The error is a *ConfigError.
func IssuerNames(anchors []string) ([]string, error) {
	a, err := loadAnchors(anchors)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, cert := range a.intermediates {
		if cert.Subject.CommonName != "" {
			names = append(names, cert.Subject.CommonName)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// anchorFiles returns the files that path stands for and the folder they are in.
func anchorFiles(path string) (files []string, dir string, err error) {
	end, err := trustedEnd(path)
	if err != nil {
		return nil, "", err
	}
	info, err := os.Stat(end)
	if err != nil {
		return nil, "", err
	}
	if !info.IsDir() {
		return []string{path}, filepath.Dir(path), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, "", err
	}
	for _, entry := range entries {
		switch strings.ToLower(filepath.Ext(entry.Name())) {
		case ".pem", ".crt", ".cer", ".der":
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	return files, path, nil
}

func (a *anchors) load(file string) error {
	f, err := openTrusted(file)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := readAll(f, maxAnchorSize)
	if err != nil {
		return err
	}
	ders, err := derBlocks(data, "CERTIFICATE")
	if err != nil {
		return err
	}
	for _, der := range ders {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		if err := checkAuthority(cert); err != nil {
			return err
		}
		a.add(cert)
	}
	return nil
}

// add sorts a CA certificate: self-signed ones are roots.
func (a *anchors) add(cert *x509.Certificate) {
	if isRoot(cert) {
		a.roots = append(a.roots, cert)
		return
	}
	a.intermediates = append(a.intermediates, cert)
}

// derBlocks returns the DER values in data: the PEM blocks of that type, or the whole of it where it is not PEM.
func derBlocks(data []byte, kind string) ([][]byte, error) {
	block, rest := pem.Decode(data)
	if block == nil {
		return [][]byte{data}, nil
	}
	var found [][]byte
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type == kind {
			found = append(found, block.Bytes)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no %s in the PEM file", kind)
	}
	return found, nil
}

// openTrusted opens a file of which nobody else can have changed anything on the way.
func openTrusted(file string) (*os.File, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	return trusted.Open(path)
}

// trustedEnd is where a path leads, without anything on the way that somebody else can change.
func trustedEnd(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return trusted.Resolve(path)
}

func readAll(f io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("larger than %d bytes", limit)
	}
	return data, err
}
