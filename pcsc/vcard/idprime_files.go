package vcard

import (
	"bytes"
	"compress/zlib"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
)

// Files of an IDPrime card, by identifier.
const (
	fileIndex        = 0x0101 // which of the minidriver's files lies where
	fileCardID       = 0x0201
	fileContainerMap = 0x0204
	fileCertificates = 0x0301 // the first of them; the others follow
)

const (
	firstKeyReference = 0x56 // IDPrime of operating system level 4 numbers its keys from here
	maxCerts          = 40   // what OpenSC's 128 objects for one card have room for: each certificate with two keys
	maxFileLen        = 1<<16 - 1
	osReleaseLevel    = 4
)

// indexEntry is one row of the index: a minidriver file and where it lies.
type indexEntry struct {
	id        uint16
	size      int
	name, dir string // at most 8 characters each (Microsoft Smart Card Minidriver Specification 7.07, 5.1)
}

// appendTo writes the 21 bytes of an entry; the last one is left zero.
func (e indexEntry) appendTo(index []byte) []byte {
	var row [21]byte
	binary.BigEndian.PutUint16(row[0:], e.id)
	binary.BigEndian.PutUint16(row[2:], uint16(e.size))
	copy(row[4:12], e.name)
	copy(row[12:20], e.dir)
	return append(index, row[:]...)
}

// idprimeFiles lays out the card's files.
func idprimeFiles(content *Content) (map[uint16][]byte, error) {
	pairs, err := content.shown()
	if err != nil {
		return nil, err
	}
	containers := containerMap(pairs)
	files := map[uint16][]byte{fileCardID: content.ID[:], fileContainerMap: containers}
	entries := []indexEntry{
		{id: fileCardID, size: idLen, name: "cardid"},
		{id: fileContainerMap, size: len(containers), name: "cmapfile", dir: "mscp"},
	}
	for i, pair := range pairs {
		file, err := compressCertificate(pair.Certificate.Raw)
		if err != nil {
			return nil, ContentError{Name: pair.Name, Err: err}
		}
		id := uint16(fileCertificates + i)
		files[id] = file
		entries = append(entries, indexEntry{id: id, size: len(file), name: certificateName(pair, i), dir: "mscp"})
	}
	files[fileIndex] = index(entries)
	return files, nil
}

// index writes the number of entries, then the entries.
func index(entries []indexEntry) []byte {
	file := []byte{byte(len(entries))}
	for _, e := range entries {
		file = e.appendTo(file)
	}
	return file
}

// shown lists what a driver sees a container for: the pairs, and then each certificate without a key in an empty container.
func (c *Content) shown() ([]Pair, error) {
	pairs := slices.Clone(c.Pairs)
	for i, issuer := range c.Issuers {
		pairs = append(pairs, Pair{Name: fmt.Sprintf("issuer %d", i+1), Certificate: issuer})
	}
	if len(c.Pairs) == 0 || len(pairs) > maxCerts {
		return nil, ContentError{Err: fmt.Errorf("a card holds 1 to %d certificates, at least one of them with a key, not %d and %d",
			maxCerts, len(pairs), len(c.Pairs))}
	}
	return pairs, nil
}

// certificateName is ksc (a certificate for signatures) or kxc (for key exchange, which includes logging in) with the
// number of the key container (Microsoft Smart Card Minidriver Specification 7.07, 5.4.1).
func certificateName(pair Pair, container int) string {
	if isForSignatures(pair.Certificate) {
		return fmt.Sprintf("ksc%02d", container)
	}
	return fmt.Sprintf("kxc%02d", container)
}

// compressCertificate writes a certificate as IDPrime keeps it: 01 00, its length with the low byte first, and zlib
// (RFC 1950).
func compressCertificate(der []byte) ([]byte, error) {
	if len(der) > maxFileLen {
		return nil, fmt.Errorf("a certificate of %d bytes does not fit a card", len(der))
	}
	var file bytes.Buffer
	file.Write([]byte{0x01, 0x00, byte(len(der)), byte(len(der) >> 8)})
	w := zlib.NewWriter(&file)
	if _, err := w.Write(der); err != nil {
		return nil, fmt.Errorf("compressing a certificate: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compressing a certificate: %w", err)
	}
	if file.Len() > maxFileLen {
		return nil, fmt.Errorf("a certificate of %d bytes does not fit a card", len(der))
	}
	return file.Bytes(), nil
}

// containerMap writes one CONTAINER_MAP_RECORD of 86 bytes for each key: the container's name, flags, and the sizes of
// its signature and key exchange keys in bits (Microsoft Smart Card Minidriver Specification 7.07, 5.4.2).
func containerMap(pairs []Pair) []byte {
	const nameLen, valid, isDefault = 80, 0x01, 0x02
	var file []byte
	for i, pair := range pairs {
		var record [86]byte
		for j, unit := range utf16.Encode([]rune(containerName(pair))) {
			binary.LittleEndian.PutUint16(record[2*j:], unit)
		}
		record[nameLen] = valid
		if i == 0 {
			record[nameLen] |= isDefault
		}
		size := record[nameLen+4:]
		if certificateName(pair, i)[:3] == "ksc" {
			size = record[nameLen+2:]
		}
		if pair.Key != nil {
			binary.LittleEndian.PutUint16(size, uint16(keyBits(pair.Key)))
		}
		file = append(file, record[:]...)
	}
	return file
}

// containerName is a GUID made from the certificate, so that it stays the same from run to run.
func containerName(pair Pair) string {
	h := sha256.Sum256(pair.Certificate.Raw)
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// idprimeKeys numbers the private keys in the order of their certificates. OpenSC 0.23 reads one decimal digit of a
// certificate's name (card-idprime.c), so with it the first ten alone can sign.
func idprimeKeys(content *Content) map[byte]*rsa.PrivateKey {
	keys := map[byte]*rsa.PrivateKey{}
	for i, pair := range content.Pairs {
		keys[byte(firstKeyReference+i)] = pair.Key
	}
	return keys
}

// idprimeCPLC writes 42 bytes of production data behind their tag and length (GlobalPlatform Card Specification 2.3.1,
// H.6). Only two fields say something: the operating system's release level, from which OpenSC learns that PINs are
// padded, and the chip's serial number.
func idprimeCPLC(id [idLen]byte) []byte {
	var data [42]byte
	data[8] = osReleaseLevel
	copy(data[12:16], id[:4])
	return slices.Concat([]byte{tagCPLC >> 8, tagCPLC & 0xFF, byte(len(data))}, data[:])
}
