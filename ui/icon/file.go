package icon

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
)

// PNG returns a picture as a file.
func PNG(m *image.NRGBA) ([]byte, error) {
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, m); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// The sizes of the parts of an ICO file.
const (
	dirLen   = 6  // ICONDIR
	entryLen = 16 // ICONDIRENTRY
	infoLen  = 40 // BITMAPINFOHEADER (wingdi.h)
)

// ICO returns pictures of less than 256 pixels, one icon in several sizes, as the icon file that Windows loads: ICONDIR, an
// ICONDIRENTRY each, and for each a BITMAPINFOHEADER with pixels of 32 bits and a mask (Microsoft, "Icons", Win32 UI).
func ICO(sizes ...*image.NRGBA) []byte {
	out := words(nil, 0, 1, uint16(len(sizes))) // reserved, an icon, how many
	at := dirLen + entryLen*len(sizes)
	var pictures []byte
	for _, m := range sizes {
		dib := dibOf(m)
		out = append(out, uint8(m.Bounds().Dx()), uint8(m.Bounds().Dy()), 0, 0) // no palette, reserved
		out = words(out, 1, 32)                                                 // planes, bits per pixel
		out = binary.LittleEndian.AppendUint32(out, uint32(len(dib)))
		out = binary.LittleEndian.AppendUint32(out, uint32(at+len(pictures)))
		pictures = append(pictures, dib...)
	}
	return append(out, pictures...)
}

// dibOf is one picture: its rows from below, blue first, and then the mask of what is transparent, one bit a pixel, which is
// empty because the pixels say so themselves.
func dibOf(m *image.NRGBA) []byte {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	out := binary.LittleEndian.AppendUint32(nil, infoLen)
	out = binary.LittleEndian.AppendUint32(out, uint32(w))
	out = binary.LittleEndian.AppendUint32(out, uint32(2*h)) // of picture and mask
	out = words(out, 1, 32)
	out = append(out, make([]byte, infoLen-len(out))...) // not compressed; no resolution
	for y := h - 1; y >= 0; y-- {
		for x := range w {
			c := m.NRGBAAt(x, y)
			out = append(out, c.B, c.G, c.R, c.A)
		}
	}
	return append(out, make([]byte, (w+31)/32*4*h)...)
}

func words(to []byte, list ...uint16) []byte {
	for _, v := range list {
		to = binary.LittleEndian.AppendUint16(to, v)
	}
	return to
}
