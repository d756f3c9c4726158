package vcard

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
)

// contentFaults are the faults in what the card is from the moment that it is put in.
func contentFaults() []faultKind {
	return []faultKind{
		{name: "atr", arg: "LENGTH", does: "has an answer to reset of so many bytes", build: wrongATR},
		{name: "container-map", arg: "empty|garbage|longest", does: "has a wrong list of its keys", build: wrongContainerMap},
		{name: "certificate", arg: "garbage|longest|names|chain|bomb",
			does: "has certificates that are none, of 65,535 bytes, with 10,000 names, ten of the longest, or 20 MB when unpacked", build: wrongCertificate},
	}
}

// chainLen is how many of the longest certificates make a chain.
const chainLen = 10

// wrongATR repeats the card's own ATR up to a length. ISO/IEC 7816-3, 8.2.1 allows 2 to 33 bytes.
func wrongATR(d *Device, arg string) (fault, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 || n > maxFrame {
		return fault{}, errArgument
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	own := d.current().ATR()
	return fault{atr: bytes.Repeat(own, n/len(own)+1)[:n]}, nil
}

// errNoFiles says that the card has not the files that a fault changes.
var errNoFiles = errors.New("the card has no such files")

// tampered makes a card that shares its PIN with the present one and has other files.
func (d *Device) tampered(change func(*idprime, *Content) error) (fault, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	own, ok := d.card.personality.(*idprime)
	if !ok {
		return fault{}, errNoFiles
	}
	p := *own
	p.files, p.keys = maps.Clone(own.files), maps.Clone(own.keys)
	if err := change(&p, d.card.content); err != nil {
		return fault{}, err
	}
	p.reset() // the present card's PIN too, so not before the fault can be made
	return fault{card: &Card{personality: &p, id: d.card.id, content: d.card.content}}, nil
}

// replaceFile puts another file in the place of one that the index lists.
func (p *idprime) replaceFile(id uint16, file []byte) {
	const entryLen = 21
	p.files[id] = file
	index := bytes.Clone(p.files[fileIndex])
	for row := index[1:]; len(row) >= entryLen; row = row[entryLen:] {
		if binary.BigEndian.Uint16(row) == id {
			binary.BigEndian.PutUint16(row[2:], uint16(len(file)))
		}
	}
	p.files[fileIndex] = index
}

func wrongContainerMap(d *Device, how string) (fault, error) {
	return d.tampered(func(p *idprime, _ *Content) error {
		switch how {
		case "empty":
			p.replaceFile(fileContainerMap, []byte{})
		case "garbage":
			p.replaceFile(fileContainerMap, noise(len(p.files[fileContainerMap])))
		case "longest":
			p.replaceFile(fileContainerMap, noise(maxFileLen))
		default:
			return errArgument
		}
		return nil
	})
}

func wrongCertificate(d *Device, how string) (fault, error) {
	if how == "bomb" {
		return d.tampered(func(p *idprime, _ *Content) error { return p.showBomb() })
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	content := d.card.content
	shown, err := wronglyShown(content, how)
	if err != nil {
		return fault{}, err
	}
	p, err := d.card.showing(shown)
	if err != nil {
		return fault{}, err
	}
	p.reset()
	return fault{card: &Card{personality: p, id: d.card.id, content: content}}, nil
}

// wronglyShown is a card's content with wrong certificates of its first key in the place of its own.
func wronglyShown(c *Content, how string) (*Content, error) {
	switch how {
	case "garbage":
		return repeated(c, 1, noise(len(c.Pairs[0].Certificate.Raw))), nil
	case "longest":
		return forged(c, 1, longestCertificate)
	case "names":
		return forged(c, 1, manyNames)
	case "chain":
		return forged(c, chainLen, longestCertificate)
	}
	return nil, errArgument
}

// repeated is the same bytes as each of n certificates of a card's first key.
func repeated(c *Content, n int, der []byte) *Content {
	shown := &Content{ID: c.ID}
	for range n {
		pair := c.Pairs[0]
		certificate := *pair.Certificate
		certificate.Raw = der
		pair.Certificate = &certificate
		shown.Pairs = append(shown.Pairs, pair)
	}
	return shown
}

func forged(c *Content, n int, forge func(Pair) ([]byte, error)) (*Content, error) {
	der, err := forge(c.Pairs[0])
	if err != nil {
		return nil, fmt.Errorf("making the certificate: %w", err)
	}
	return repeated(c, n, der), nil
}

// bombLen is what a small file of a certificate can unpack to. Unpacked files of a card end at 65,535 bytes, because
// two bytes say how long they are; who unpacks before looking at those finds this much.
const bombLen = 20 << 20

func (p *idprime) showBomb() error {
	var file bytes.Buffer
	file.Write([]byte{0x01, 0x00, 0xFF, 0xFF})
	w := zlib.NewWriter(&file)
	if _, err := w.Write([]byte(strings.Repeat("\x00", bombLen))); err != nil {
		return fmt.Errorf("packing: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("packing: %w", err)
	}
	p.replaceFile(fileCertificates, file.Bytes())
	return nil
}

// noise is bytes without meaning, the same each time.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails (math/rand/v2)
	return b
}
