package diag

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxBundle is the largest bundle in bytes.
const MaxBundle = 5 << 20

// ErrTooLarge says that a bundle would be larger than MaxBundle.
var ErrTooLarge = errors.New("the bundle is too large")

// Files of every bundle.
const (
	PageName     = "page.json"     // the page
	ManifestName = "manifest.json" // the list of the other files
)

// Text is a file of a bundle for people. Write sees the page and nothing else.
type Text struct {
	Name  string
	Holds string // what is in it, in English
	Write func(Page) string
}

// Item is one file of a bundle.
type Item struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // hex
	Holds  string `json:"holds"`
}

// Bundle is what can be sent to support: the page in a few forms, and a list of them.
type Bundle struct {
	items []Item
	zip   []byte
}

// manifest is the file of that name.
type manifest struct {
	V        int       `json:"v"`
	Time     time.Time `json:"time"`
	Files    []Item    `json:"files"`
	Withheld int       `json:"withheld"`
}

// Pack makes a bundle of a page. The same page gives the same bytes.
func Pack(p Page, texts ...Text) (*Bundle, error) {
	b := &Bundle{}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	page, err := indented(p)
	if err == nil {
		err = b.add(z, p.Time, Text{Name: PageName, Holds: "the page, for programs"}, page)
	}
	for _, t := range texts {
		if err == nil {
			err = b.add(z, p.Time, t, []byte(t.Write(p)))
		}
	}
	if err != nil {
		return nil, err
	}
	list, err := indented(manifest{V: 1, Time: p.Time, Files: b.items, Withheld: p.Withheld})
	if err == nil {
		err = errors.Join(b.add(z, p.Time, Text{Name: ManifestName, Holds: "the list of the other files"}, list), z.Close())
	}
	if err != nil {
		return nil, err
	}
	if b.zip = out.Bytes(); len(b.zip) > MaxBundle {
		return nil, ErrTooLarge
	}
	return b, nil
}

func indented(v any) ([]byte, error) {
	content, err := json.MarshalIndent(v, "", "  ")
	return append(content, '\n'), err
}

func (b *Bundle) add(z *zip.Writer, at time.Time, t Text, content []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: t.Name, Method: zip.Store, Modified: at})
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil {
		return fmt.Errorf("packing %s: %w", t.Name, err)
	}
	sum := sha256.Sum256(content)
	b.items = append(b.items, Item{Name: t.Name, Bytes: len(content), SHA256: hex.EncodeToString(sum[:]), Holds: t.Holds})
	return nil
}

// Items lists the files, the manifest last.
func (b *Bundle) Items() []Item { return b.items }

// Write writes the bundle as a ZIP file.
func (b *Bundle) Write(w io.Writer) error {
	_, err := w.Write(b.zip)
	return err
}
