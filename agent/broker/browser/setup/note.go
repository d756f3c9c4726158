package setup

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"siths-agent/agent/broker/system"
)

// NoteKind says what a person should know or do.
type NoteKind string

// The kinds of notes.
const (
	NoIssuer  NoteKind = "no-issuer"  // no issuing authority is trusted: no certificate is picked without a question
	KeptOther NoteKind = "kept-other" // somebody else has set the key Detail of the file Path otherwise, and it stays so
	Contested NoteKind = "contested"  // the file Path sets the key Detail too, and the browser takes one of the two
	PastAgent NoteKind = "past-agent" // Path leads programs to the reader past the service
	Snap      NoteKind = "snap"       // the browser at Path is a snap, which sees neither module nor socket
	Flatpak   NoteKind = "flatpak"    // the browser at Path is a flatpak, which sees neither module nor socket
	Elsewhere NoteKind = "elsewhere"  // the variable Detail sends PKCS#11 calls to another place than the service
)

// The kinds of notes about tickets.
const (
	NoRealm NoteKind = "no-realm" // the system Detail names neither realm nor servers: browsers send no tickets to its servers
	SSSD    NoteKind = "sssd"     // Path has logins by password put their tickets where only the service may
)

// Note is one of them.
type Note struct {
	Kind   NoteKind `json:"kind"`
	Path   string   `json:"path,omitempty"`
	Detail string   `json:"detail,omitempty"`
}

// look finds what stands in the way on the computer.
func (c Computer) look() []Note {
	notes := append(c.contested(), c.tickets()...)
	for _, path := range []string{"/usr/share/p11-kit/modules/opensc-pkcs11.module", "/etc/xdg/autostart/pkcs11-register.desktop"} {
		if _, err := os.Stat(c.path(path)); err == nil {
			notes = append(notes, Note{Kind: PastAgent, Path: c.path(path)})
		}
	}
	for _, found := range c.all("/snap/bin/firefox", "/snap/bin/chromium", "/var/lib/snapd/snap/bin/firefox", "/var/lib/snapd/snap/bin/chromium") {
		notes = append(notes, Note{Kind: Snap, Path: found})
	}
	const apps = "/var/lib/flatpak/app/"
	for _, found := range c.all(apps+"org.mozilla.firefox", apps+"org.chromium.Chromium", apps+"com.google.Chrome", apps+"com.microsoft.Edge") {
		notes = append(notes, Note{Kind: Flatpak, Path: found})
	}
	return notes
}

// sssdFile is the configuration of sssd, and ownTickets the key by which it puts tickets elsewhere than libkrb5 does by
// default (sssd-krb5(5)).
const sssdFile, ownTickets = "/etc/sssd/sssd.conf", "krb5_ccname_template"

// tickets finds what of tickets does not go together.
func (c Computer) tickets() []Note {
	if !c.has(system.Kerberos) {
		return nil
	}
	var notes []Note
	for _, s := range c.Systems {
		if s.Kind == system.Kerberos && s.Kerberos != nil && s.Kerberos.Realm == "" && len(s.Kerberos.Servers) == 0 {
			notes = append(notes, Note{Kind: NoRealm, Detail: s.Name})
		}
	}
	if data, err := os.ReadFile(c.path(sssdFile)); err == nil && !bytes.Contains(data, []byte(ownTickets)) {
		notes = append(notes, Note{Kind: SSSD, Path: c.path(sssdFile), Detail: ownTickets})
	}
	return notes
}

func (c Computer) all(paths ...string) []string {
	var found []string
	for _, path := range paths {
		if _, err := os.Lstat(c.path(path)); err == nil {
			found = append(found, c.path(path))
		}
	}
	return found
}

// contested finds other files with the policies that we set: Chromium joins no lists of two files.
func (c Computer) contested() []Note {
	var notes []Note
	for _, own := range chromiumFiles() {
		others, _ := filepath.Glob(filepath.Join(filepath.Dir(c.path(own)), "*.json")) // the pattern is a good one
		for _, other := range others {
			if other == c.path(own) {
				continue
			}
			for key, kind := range map[string]system.Kind{"AutoSelectCertificateForUrls": system.TLS, "AuthServerAllowlist": system.Kerberos} {
				if c.has(kind) && sets(other, key) {
					notes = append(notes, Note{Kind: Contested, Path: other, Detail: key})
				}
			}
		}
	}
	return notes
}

func sets(file, key string) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil {
		return false
	}
	_, there := keys[key]
	return there
}
