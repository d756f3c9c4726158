package display

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
)

// cookie proves to an X server that its user sent us. The zero cookie proves nothing, which some servers are content with.
type cookie struct {
	name, data []byte
}

// The families of X authority (X.h, Xauth.h) that a display of this machine can have.
const (
	familyLocal = 256
	familyWild  = 65535
)

// plainCookie is the kind that every X server knows (Xsecurity(7)).
const plainCookie = "MIT-MAGIC-COOKIE-1"

// maxCookie is the longest part of a record that is believed, in bytes; a cookie has 16.
const maxCookie = 4096

// record is one entry of an authority file (libXau, AuFileReadAuth).
type record struct {
	family                      uint16
	address, number, name, data []byte
}

// findCookie looks for the cookie of a display of this machine in an authority file.
func findCookie(file []byte, host string, display int) cookie {
	r := bytes.NewReader(file)
	for {
		rec, err := readRecord(r)
		if err != nil {
			return cookie{}
		}
		if rec.opens(host, strconv.Itoa(display)) {
			return cookie{rec.name, rec.data}
		}
	}
}

func (r record) opens(host, display string) bool {
	here := r.family == familyWild || r.family == familyLocal && string(r.address) == host
	return here && string(r.name) == plainCookie && (len(r.number) == 0 || string(r.number) == display)
}

func readRecord(r io.Reader) (record, error) {
	var rec record
	if err := binary.Read(r, binary.BigEndian, &rec.family); err != nil {
		return rec, err
	}
	for _, part := range []*[]byte{&rec.address, &rec.number, &rec.name, &rec.data} {
		var length uint16
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return rec, err
		}
		if length > maxCookie {
			return rec, io.ErrUnexpectedEOF
		}
		*part = make([]byte, length)
		if _, err := io.ReadFull(r, *part); err != nil {
			return rec, err
		}
	}
	return rec, nil
}
