package icon

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

func TestAFileOfThePanelIsAPicture(t *testing.T) {
	for _, i := range All() {
		file, err := File(i, apitype.Warning)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil || m.Bounds() != image.Rect(0, 0, panelSize, panelSize) {
			t.Errorf("%s: %v, %v", i, m, err)
		}
	}
}

func TestAnIconFileHoldsItsPictures(t *testing.T) {
	sizes := []int{16, 20, 24, 32}
	var given []*image.NRGBA
	for _, n := range sizes {
		given = append(given, Panel(model.IconKey, apitype.Error, n))
	}
	file := ICO(given...)
	if got := binary.LittleEndian.Uint16(file[4:]); int(got) != len(sizes) || !bytes.Equal(file[:4], []byte{0, 0, 1, 0}) {
		t.Fatalf("begins with % x", file[:dirLen])
	}
	end := 0
	for i, n := range sizes {
		entry := file[dirLen+i*entryLen:]
		length, at := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
		if int(entry[0]) != n || int(entry[1]) != n || binary.LittleEndian.Uint16(entry[6:]) != 32 {
			t.Errorf("entry %d is % x", i, entry[:entryLen])
		}
		if diff := different(given[i], picture(file[at:at+length])); diff > 0 {
			t.Errorf("%d pixels of %d: %d differ", n, n, diff)
		}
		end = int(at + length)
	}
	if end != len(file) {
		t.Errorf("%d bytes, of which %d are pictures", len(file), end)
	}
}

// picture reads what an icon file holds of one size.
func picture(dib []byte) *image.NRGBA {
	w, h := int(binary.LittleEndian.Uint32(dib[4:])), int(binary.LittleEndian.Uint32(dib[8:]))/2
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := dib[infoLen+4*((h-1-y)*w+x):]
			out.SetNRGBA(x, y, color.NRGBA{p[2], p[1], p[0], p[3]})
		}
	}
	return out
}

func TestAPlainIconHasOneColour(t *testing.T) {
	blue := color.NRGBA{0, 0, 0xff, 0xff}
	for _, i := range append(All(), "moon") {
		m, drawn := Plain(i, 64, blue), 0
		for p := 0; p < len(m.Pix); p += 4 {
			if m.Pix[p+3] == 0 {
				continue
			}
			drawn++
			if m.Pix[p] != 0 || m.Pix[p+1] != 0 || m.Pix[p+2] < 0xfe {
				t.Fatalf("%s: a pixel is % x", i, m.Pix[p:p+4])
			}
		}
		if part := float64(drawn) / (64 * 64); part < 0.15 || part > 0.9 {
			t.Errorf("%s: %.2f are drawn", i, part)
		}
	}
}
