package memscan

import (
	"bytes"
	"encoding/binary"
)

// prefixLen is how many bytes of a form are looked up; the rest is compared.
const prefixLen = 4

// Needles are the forms of all canaries that are looked for. The zero value looks for none.
type Needles struct {
	byPrefix map[uint32][]form
	sieve    [1 << 12]uint64 // one bit for each prefix's hash
	longest  int
}

// Add looks for one more canary.
func (n *Needles) Add(canary string) {
	if n.byPrefix == nil {
		n.byPrefix = map[uint32][]form{}
	}
	for _, f := range formsOf(canary) {
		prefix := binary.LittleEndian.Uint32(f.bytes)
		n.byPrefix[prefix] = append(n.byPrefix[prefix], f)
		h := hash(prefix)
		n.sieve[h>>6] |= 1 << (h & 63)
		n.longest = max(n.longest, len(f.bytes))
	}
}

// hash spreads prefixes over the bits of the sieve (Fibonacci hashing: Knuth, TAOCP 3, 6.4).
func hash(prefix uint32) uint32 { return prefix * 2654435769 >> 14 }

// find calls found with each place in b where a form stands.
func (n *Needles) find(b []byte, found func(at int, f form)) {
	for i := n.candidate(b, 0); i >= 0; i = n.candidate(b, i+1) {
		for _, f := range n.byPrefix[binary.LittleEndian.Uint32(b[i:])] {
			if bytes.HasPrefix(b[i:], f.bytes) {
				found(i, f)
			}
		}
	}
}

// candidate is the first place at or after i where a form may begin, -1 when there is none. No form begins with four
// zeros. The race detector is off here: it would take ten times as long, and only one goroutine has b.
//
//go:norace
func (n *Needles) candidate(b []byte, i int) int {
	for ; i+prefixLen <= len(b); i++ {
		prefix := uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24
		if prefix == 0 {
			continue
		}
		h := hash(prefix)
		if n.sieve[h>>6]&(1<<(h&63)) != 0 {
			return i
		}
	}
	return -1
}

// Names are the forms in which the canaries stand in b.
func (n *Needles) Names(b []byte) []string {
	var names []string
	n.find(b, func(_ int, f form) { names = append(names, f.name) })
	return names
}
