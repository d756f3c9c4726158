package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// User is what one person's programs need in the person's own folders.
type User struct {
	Computer Computer
	UID      int
	Home     string
	Runtime  string // $XDG_RUNTIME_DIR
	Address  string // $P11_KIT_SERVER_ADDRESS
	Modutil  string // the program that changes NSS databases; empty: the one on the path
}

// UserPlan is what is to be done for a person. Nothing has been done yet.
type UserPlan struct {
	Link     File     // where p11-kit's module looks for the service
	Database string   // of NSS, which Chromium's family reads
	Command  []string // that registers the module there, or takes it out; nil: nothing to do
	Fresh    bool     // the database is to be made first
	Notes    []Note

	want    module
	present bool // how it is to be afterwards
	user    User
}

// OccupiedError says that another service listens where p11-kit's module looks for ours.
type OccupiedError struct{ Path string }

func (e *OccupiedError) Error() string {
	return e.Path + " belongs to another service, which p11-kit's module would talk to instead"
}

// Install says what a person gets.
func (u User) Install() (UserPlan, error) {
	path, err := u.Computer.module()
	if err != nil {
		return UserPlan{}, err
	}
	p := UserPlan{Database: u.database(), want: module{Library: path, Name: ModuleName}, present: true, user: u}
	p.Link = File{Path: u.link(), Link: u.socket()}
	switch state, err := u.linkState(); {
	case err != nil:
		return UserPlan{}, err
	case state == occupied:
		return UserPlan{}, &OccupiedError{Path: p.Link.Path}
	default:
		p.Link.Same, p.Link.Existed = state == ours, state != absent
	}
	listed, err := u.modules()
	if err != nil {
		return UserPlan{}, err
	}
	p.Notes = u.notes(listed)
	p.Fresh = !exists(filepath.Join(p.Database, "cert9.db"))
	if !has(listed, p.want) {
		p.Command = u.modutil("-add", ModuleName, "-libfile", path)
	}
	return p, nil
}

// Remove says what a person loses.
func (u User) Remove() (UserPlan, error) {
	p := UserPlan{Database: u.database(), user: u, Link: File{Path: u.link(), Gone: true}}
	state, err := u.linkState()
	if err != nil {
		return UserPlan{}, err
	}
	p.Link.Same = state == absent || state == occupied
	listed, err := u.modules()
	for _, m := range listed {
		if m.Name == ModuleName {
			p.want = m
			p.Command = u.modutil("-delete", ModuleName)
		}
	}
	return p, err
}

// Apply does what the plan says.
func (p UserPlan) Apply(ctx context.Context) error {
	if !p.Link.Same && !p.Link.Gone {
		if err := os.MkdirAll(filepath.Dir(p.Link.Path), 0o700); err != nil {
			return fmt.Errorf("linking %s: %w", p.Link.Path, err)
		}
	}
	if _, err := p.Link.apply(); err != nil {
		return err
	}
	if p.Command == nil {
		return nil
	}
	return p.register(ctx)
}

// database is where Chromium's family looks first, whatever $XDG_DATA_HOME says.
func (u User) database() string { return filepath.Join(u.Home, ".pki", "nssdb") }

func (u User) socket() string {
	return filepath.Join(u.Computer.Run, "p11", strconv.Itoa(u.UID)+".sock")
}

// link is where p11-kit's module looks when no variable says otherwise (p11-kit, p11-kit/client.c).
func (u User) link() string {
	dir := u.Runtime
	if dir == "" {
		dir = filepath.Join("/run/user", strconv.Itoa(u.UID))
	}
	return filepath.Join(dir, "p11-kit", "pkcs11")
}

type linkState int

const (
	absent linkState = iota
	ours
	stale    // ours, to another folder of sockets
	occupied // somebody else's
)

func (u User) linkState() (linkState, error) {
	info, err := os.Lstat(u.link())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil
	case err != nil:
		return absent, fmt.Errorf("looking for the service's socket: %w", err)
	case info.Mode()&fs.ModeSymlink == 0:
		return occupied, nil
	}
	target, err := os.Readlink(u.link())
	switch {
	case err != nil:
		return absent, fmt.Errorf("looking for the service's socket: %w", err)
	case target == u.socket():
		return ours, nil
	case strings.HasSuffix(target, "/p11/"+filepath.Base(u.socket())):
		return stale, nil
	}
	return occupied, nil
}

// notes tells what leads this person's programs elsewhere.
func (u User) notes(listed []module) []Note {
	var notes []Note
	if u.Address != "" && u.Address != "unix:path="+u.socket() {
		notes = append(notes, Note{Kind: Elsewhere, Detail: "P11_KIT_SERVER_ADDRESS"})
	}
	for _, m := range listed {
		if strings.Contains(m.Library, "opensc-pkcs11") || strings.Contains(m.Library, "onepin-opensc") {
			notes = append(notes, Note{Kind: PastAgent, Path: filepath.Join(u.database(), modulesFile), Detail: m.Name})
		}
	}
	for _, app := range []string{"org.mozilla.firefox", "org.chromium.Chromium", "com.google.Chrome", "com.microsoft.Edge"} {
		if dir := filepath.Join(u.Home, ".local/share/flatpak/app", app); exists(dir) {
			notes = append(notes, Note{Kind: Flatpak, Path: dir})
		}
	}
	return notes
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
