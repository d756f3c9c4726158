package revocation

import (
	"bytes"
	"math/big"
	"sort"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// longestSerial is the longest serial number that is kept, in bytes. A certificate may have 20 (RFC 5280, 4.1.2.2); one
// that has more than are kept is never called good by a list.
const longestSerial = 32

// index is what is kept of a verified list: its dates, and the serial numbers of its entries in order, one after the
// other in as many bytes as the longest has. Reasons and times are not kept: whatever is listed is revoked.
type index struct {
	this, next time.Time
	width      int
	serials    []byte
}

// newIndex reads the entries of a list whose signature has been verified.
func newIndex(c *crl) *index {
	x := &index{this: c.head.ThisUpdate, next: c.head.NextUpdate}
	n := 0
	c.eachSerial(func(serial []byte) { n, x.width = n+1, max(x.width, len(serial)) })
	x.serials = make([]byte, 0, n*x.width)
	c.eachSerial(func(serial []byte) {
		x.serials = append(x.serials, make([]byte, x.width-len(serial))...)
		x.serials = append(x.serials, serial...)
	})
	if !sort.IsSorted(x) {
		sort.Sort(x)
	}
	return x
}

// eachSerial leaves out what is no serial number of a certificate.
func (c *crl) eachSerial(f func(serial []byte)) {
	_ = c.each(func(serial []byte, _ cryptobyte.String) error { // parseCRL has gone through them without an error
		if len(serial) > 0 && len(serial) <= longestSerial {
			f(serial)
		}
		return nil
	})
}

// Len is the number of entries, for package sort.
func (x *index) Len() int {
	if x.width == 0 {
		return 0
	}
	return len(x.serials) / x.width
}

// Less compares two entries, for package sort.
func (x *index) Less(i, j int) bool { return bytes.Compare(x.at(i), x.at(j)) < 0 }

// Swap exchanges two entries, for package sort.
func (x *index) Swap(i, j int) {
	var spare [longestSerial]byte
	copy(spare[:], x.at(i))
	copy(x.at(i), x.at(j))
	copy(x.at(j), spare[:x.width])
}

func (x *index) at(i int) []byte { return x.serials[i*x.width : (i+1)*x.width] }

// has says whether a serial number is among the entries.
func (x *index) has(serial *big.Int) bool {
	if serial.Sign() <= 0 || (serial.BitLen()+7)/8 > x.width {
		return false
	}
	wanted := serial.FillBytes(make([]byte, x.width))
	i := sort.Search(x.Len(), func(i int) bool { return bytes.Compare(x.at(i), wanted) >= 0 })
	return i < x.Len() && bytes.Equal(x.at(i), wanted)
}

// about is what the list says about a certificate.
func (x *index) about(serial *big.Int) evidence {
	e := evidence{revoked: lists(x, serial), source: CRL, this: x.this, until: x.next}
	if serial.BitLen() > 8*longestSerial {
		e.until = time.Time{}
	}
	return e
}
