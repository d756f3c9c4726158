// Package ccache reads MIT Kerberos' credential cache files.
package ccache

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Cache is what a file holds, without its secrets.
type Cache struct {
	Principal Principal // whose tickets they are
	Tickets   []Ticket
}

// Principal is a name in a realm (RFC 4120, 6.2).
type Principal struct {
	Realm string
	Parts []string
}

// String writes the name as name/name@REALM.
func (p Principal) String() string { return strings.Join(p.Parts, "/") + "@" + p.Realm }

// Ticket says which service a ticket is for, and when. Times that are not set are zero.
type Ticket struct {
	Server               Principal
	Starts, Ends, Renews time.Time
}

// ErrFormat says that bytes are no credential cache file of version 4.
var ErrFormat = errors.New("not a credential cache file of version 4")

// version begins a file (MIT Kerberos, "Credential cache file format": 5, and 4 of the version whose numbers are
// big-endian and that has a header).
const version = 0x0504

// configRealm is the realm of entries that are no tickets but settings (the same, "Cache configuration entries").
const configRealm = "X-CACHECONF:"

// Parse reads a file. The error is ErrFormat.
func Parse(file []byte) (Cache, error) {
	s := cryptobyte.String(file)
	var v, header uint16
	var c Cache
	if !s.ReadUint16(&v) || v != version || !s.ReadUint16(&header) || !s.Skip(int(header)) || !principal(&s, &c.Principal) {
		return Cache{}, fmt.Errorf("%w: its beginning", ErrFormat)
	}
	for !s.Empty() {
		var t Ticket
		if !ticket(&s, &t) {
			return Cache{}, fmt.Errorf("%w: its entry %d", ErrFormat, len(c.Tickets)+1)
		}
		if t.Server.Realm != configRealm {
			c.Tickets = append(c.Tickets, t)
		}
	}
	return c, nil
}

// principal reads the name's type (which says nothing that matters here), how many parts it has, the realm and the parts.
func principal(s *cryptobyte.String, p *Principal) bool {
	var kind, count uint32
	if !s.ReadUint32(&kind) || !s.ReadUint32(&count) || !text(s, &p.Realm) {
		return false
	}
	for range count {
		var part string
		if !text(s, &part) {
			return false
		}
		p.Parts = append(p.Parts, part)
	}
	return true
}

// ticket reads one entry.
func ticket(s *cryptobyte.String, t *Ticket) bool {
	var client Principal
	var enctype uint16
	var times [4]uint32 // of the first proof, begin, end, last renewal
	ok := principal(s, &client) && principal(s, &t.Server) && s.ReadUint16(&enctype) && skip(s)
	for i := range times {
		ok = ok && s.ReadUint32(&times[i])
	}
	const flags = 1 + 4 // whether the key is another's session key, and the ticket's flags
	ok = ok && s.Skip(flags) && list(s) && list(s) && skip(s) && skip(s)
	if times[1] == 0 {
		times[1] = times[0] // a ticket that says nothing is valid from the proof on (RFC 4120, 5.3, starttime)
	}
	t.Starts, t.Ends, t.Renews = at(times[1]), at(times[2]), at(times[3])
	return ok
}

// at is a time of a file: seconds since 1970, unsigned.
func at(seconds uint32) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// list skips a list of addresses, or of authorization data: each has a type and bytes.
func list(s *cryptobyte.String) bool {
	var count uint32
	if !s.ReadUint32(&count) {
		return false
	}
	for range count {
		if !s.Skip(2) || !skip(s) {
			return false
		}
	}
	return true
}

func text(s *cryptobyte.String, into *string) bool {
	var b []byte
	n, ok := length(s)
	ok = ok && s.ReadBytes(&b, n)
	*into = string(b)
	return ok
}

// skip leaves out bytes behind their length: a key or a ticket.
func skip(s *cryptobyte.String) bool {
	n, ok := length(s)
	return ok && s.Skip(n)
}

// length reads how many bytes follow, which are there.
func length(s *cryptobyte.String) (int, bool) {
	var n uint32
	ok := s.ReadUint32(&n) && uint64(n) <= uint64(len(*s))
	return int(n), ok
}
