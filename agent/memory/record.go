package memory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

const (
	version = 1
	// maxSize, maxDesks and maxSessions bound a record: far more people than share a PC, and more sessions than one has.
	maxSize     = 64 << 10
	maxDesks    = 64
	maxSessions = 16
	// maxName bounds the name of an account or a session.
	maxName = 256
)

// record is the file's form.
type record struct {
	V     int    `json:"v"`
	Boot  string `json:"boot,omitempty"`
	Desks []Desk `json:"desks"`
}

// encode writes a record that parse accepts, or fails. Session names that no login manager gives are left out, and so
// are the oldest of very many: the account's sessions are found by its user too. More desks than a record holds, such as
// those of a machine without a login manager that are all owed a lock, become every desktop.
func encode(r record) ([]byte, error) {
	if len(r.Desks) > maxDesks {
		r.Desks = []Desk{{}}
	}
	desks := make([]Desk, len(r.Desks))
	for i, d := range r.Desks {
		d.Sessions = plausible(d.Sessions)
		desks[i] = d
	}
	r.Desks = desks
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	_, err = parse(data)
	return data, err
}

func plausible(sessions []string) []string {
	var kept []string
	for _, s := range sessions {
		if sessionName(s) {
			kept = append(kept, s)
		}
	}
	return kept[max(0, len(kept)-maxSessions):]
}

// parse reads a record strictly: what we did not write ourselves is not guessed at.
func parse(data []byte) (record, error) {
	if len(data) > maxSize {
		return record{}, fmt.Errorf("%w: longer than %d bytes", ErrGarbled, maxSize)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var r record
	if err := d.Decode(&r); err != nil {
		return record{}, fmt.Errorf("%w: %w", ErrGarbled, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return record{}, fmt.Errorf("%w: something follows it", ErrGarbled)
	}
	return r, r.check()
}

func (r record) check() error {
	if r.V != version || len(r.Desks) == 0 || len(r.Desks) > maxDesks || len(r.Boot) > maxName {
		return fmt.Errorf("%w: version %d, %d desks", ErrGarbled, r.V, len(r.Desks))
	}
	seen := map[string]bool{}
	for _, d := range r.Desks {
		if seen[d.Account] || !d.whole() {
			return fmt.Errorf("%w: the desk of %.32q", ErrGarbled, d.Account)
		}
		seen[d.Account] = true
	}
	return nil
}

// whole says whether d names somebody whose sessions can be found, or nobody at all.
func (d Desk) whole() bool {
	if d.Everybody() {
		return d.UID == nil && len(d.Sessions) == 0 && d.Holder == "" && !d.Closed
	}
	if len(d.Account) > maxName || len(d.Holder) > maxName || len(d.Sessions) > maxSessions {
		return false
	}
	for _, s := range d.Sessions {
		if !sessionName(s) {
			return false
		}
	}
	return true
}

// sessionName accepts what login managers call sessions: letters, digits, and the dash of the ID that stands for a user.
func sessionName(s string) bool {
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}
