// Package setup writes what browsers and other programs need to use the card through the service, and takes it out again.
package setup

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"siths-agent/agent/broker/system"
)

// Computer is what everybody on a computer gets.
type Computer struct {
	Root    string          // the folder that stands for the computer's, absolute; empty: its own
	Run     string          // the folder of the service's sockets, as programs will see it
	Ctl     string          // path of sithsctl, as the computer's users will start it
	Systems []system.System // what may be released to whom
	Issuers []string        // common names of the authorities that issue the cards' certificates
}

// File is one file as it is to be.
type File struct {
	Path string // the root included
	Data []byte
	Link string // where Path leads to, when it is a link and has no Data
	Gone bool   // there is to be no such file

	Same    bool // it is so already
	Existed bool // something is there already
}

// Plan is what is to be done. Nothing has been done yet.
type Plan struct {
	Files []File
	Notes []Note
	after record
	root  string
}

// Install says what files the computer gets. What is there is read, and nothing is changed.
func (c Computer) Install() (Plan, error) {
	module, err := c.module()
	if err != nil {
		return Plan{}, err
	}
	own, notes, err := c.own(module)
	if err != nil {
		return Plan{}, err
	}
	before, err := readRecord(c.path(recordFile))
	if err != nil {
		return Plan{}, err
	}
	firefox, kept, err := c.firefox(before.Firefox, module)
	if err != nil {
		return Plan{}, err
	}
	krb5, err := c.krb5(c.has(system.Kerberos))
	if err != nil {
		return Plan{}, err
	}
	after := record{Version: 1, Firefox: firefox.claims, Folders: before.Folders}
	files := append(own, firefox.file, krb5)
	notes = append(notes, kept...)
	return c.plan(files, append(notes, c.look()...), after)
}

// Remove says what files the computer loses, and what is taken out of those of others.
func (c Computer) Remove() (Plan, error) {
	before, err := readRecord(c.path(recordFile))
	if err != nil {
		return Plan{}, err
	}
	firefox, err := c.withoutFirefox(before.Firefox)
	if err != nil {
		return Plan{}, err
	}
	krb5, err := c.krb5(false)
	if err != nil {
		return Plan{}, err
	}
	files := []File{firefox, krb5}
	for _, path := range ownPaths() {
		files = append(files, File{Path: c.path(path), Gone: true})
	}
	return c.plan(files, nil, record{Folders: before.Folders})
}

func (c Computer) plan(files []File, notes []Note, after record) (Plan, error) {
	for i := range files {
		same, err := files[i].done()
		if err != nil {
			return Plan{}, err
		}
		files[i].Same, files[i].Existed = same, exists(files[i].Path)
	}
	return Plan{Files: files, Notes: notes, after: after, root: c.Root}, nil
}

// path is where a file of the computer lies under the root.
func (c Computer) path(file string) string { return filepath.Join(c.Root, file) }

func (c Computer) has(kind system.Kind) bool {
	return slices.ContainsFunc(c.Systems, func(s system.System) bool { return s.Kind == kind })
}

// module finds the PKCS#11 module that talks to the service. Programs are given its path without the root.
func (c Computer) module() (string, error) {
	for _, folder := range []string{"/usr/lib/*-linux-gnu*/pkcs11", "/usr/lib64/pkcs11", "/usr/lib/pkcs11"} {
		found, err := filepath.Glob(c.path(folder + "/" + moduleFile))
		if err != nil {
			return "", fmt.Errorf("looking for %s: %w", moduleFile, err)
		}
		if len(found) > 0 {
			rel, err := filepath.Rel(c.path("/"), found[0])
			return filepath.Join("/", rel), err
		}
	}
	return "", &MissingError{File: moduleFile, Package: "p11-kit-modules"}
}

// moduleFile is p11-kit's PKCS#11 module that passes each call on to a socket.
const moduleFile = "p11-kit-client.so"

// ModuleName is what programs call the service's card reader.
const ModuleName = "SITHS agent"

// MissingError says that the computer lacks a file, and which package of the distribution has it.
type MissingError struct {
	File    string
	Package string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed (package %s)", e.File, e.Package)
}

func (e *MissingError) Unwrap() error { return fs.ErrNotExist }
