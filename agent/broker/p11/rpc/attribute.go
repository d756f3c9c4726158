package rpc

import "encoding/binary"

// Attribute is one attribute of an object. A value is kept as it travels: a truth is one byte, a number eight, a list of
// mechanisms eight for each, and all else is bytes. A nil Value: there is none that may be told.
type Attribute struct {
	Type  uint32
	Value []byte
}

// Wanted is an attribute that a caller wants to know, and how many bytes it has room for. 0: it asks how long it is.
type Wanted struct {
	Type uint32
	Room int
}

// Truth is the value of an attribute that is true or false.
func Truth(v bool) []byte {
	if v {
		return []byte{1}
	}
	return []byte{0}
}

// Number is the value of an attribute that is a number, or a list of mechanisms.
func Number(list ...uint64) []byte {
	b := make([]byte, 0, 8*len(list))
	for _, n := range list {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// layout is how the value of an attribute is written (rpc-message.c, map_attribute_to_value_type).
type layout int

const (
	asBytes layout = iota
	asByte
	asNumber
	asNumbers
	asAttributes
)

func layoutOf(attribute uint32) layout {
	switch attribute {
	case AttrToken, AttrPrivate, AttrTrusted, AttrSensitive, AttrEncrypt, AttrDecrypt, AttrWrap, AttrUnwrap, AttrSign,
		AttrSignRecover, AttrVerify, AttrVerifyRecover, AttrDerive, AttrExtractable, AttrLocal, AttrNeverExtractable,
		AttrAlwaysSensitive, AttrModifiable, AttrCopyable, AttrSecondaryAuth, AttrAlwaysAuthenticate,
		AttrWrapWithTrusted, AttrResetOnInit, AttrHasReset, AttrColor:
		return asByte
	case AttrClass, AttrCertificateType, AttrCertificateCategory, AttrJavaDomain, AttrKeyType, AttrModulusBits,
		AttrPrimeBits, AttrSubPrimeBits, AttrValueBits, AttrValueLen, AttrKeyGenMechanism, AttrAuthPinFlags,
		AttrHWFeatureType, AttrPixelX, AttrPixelY, AttrResolution, AttrCharRows, AttrCharColumns, AttrBitsPerPixel,
		AttrMechanismType:
		return asNumber
	case AttrAllowedMechanisms:
		return asNumbers
	case AttrWrapTemplate, AttrUnwrapTemplate, AttrDeriveTemplate:
		return asAttributes
	}
	return asBytes
}

// Attribute writes an attribute (rpc-message.c, p11_rpc_buffer_add_attribute). A nil value is sent as one that is not
// to be had.
func (w *Writer) Attribute(a Attribute) {
	w.uint32(a.Type)
	if a.Value == nil {
		w.Byte(0)
		return
	}
	w.Byte(1)
	w.uint32(uint32(len(a.Value)))
	switch layoutOf(a.Type) {
	case asByte:
		w.b = append(w.b, padded(a.Value, 1)...)
	case asNumber:
		w.b = append(w.b, padded(a.Value, 8)...)
	case asNumbers:
		w.uint32(uint32(len(a.Value) / 8))
		w.b = append(w.b, a.Value...)
	default:
		w.bytes(a.Value)
	}
}

// padded is a value in its length: an empty one is sent as zero, after its length.
func padded(value []byte, length int) []byte {
	return append(make([]byte, max(0, length-len(value))), value...)
}

// Attributes writes a list of attributes.
func (w *Writer) Attributes(list []Attribute) {
	w.uint32(uint32(len(list)))
	for _, a := range list {
		w.Attribute(a)
	}
}

// Wanted writes which attributes are wanted.
func (w *Writer) Wanted(list []Wanted) {
	w.uint32(uint32(len(list)))
	for _, a := range list {
		w.uint32(a.Type)
		w.uint32(uint32(a.Room))
	}
}

// Attributes reads a list of attributes. One that is itself a list of attributes is refused, so nothing nests: no key
// of ours wraps or derives, and p11-kit 0.24 refuses them too.
func (r *Reader) Attributes() []Attribute {
	n := int(r.uint32())
	if n > len(r.b)/5 || isTooMany(n) { // a type and a byte are the least that one takes
		r.fail("%d attributes in %d bytes", n, len(r.b))
		return nil
	}
	list := make([]Attribute, 0, n)
	for range n {
		list = append(list, r.attribute())
	}
	return list
}

func (r *Reader) attribute() Attribute {
	a := Attribute{Type: r.uint32()}
	if r.Byte() == 0 {
		return a
	}
	length := r.uint32()
	switch layoutOf(a.Type) {
	case asByte:
		a.Value = r.take(1)
	case asNumber:
		a.Value = r.take(8)
	case asNumbers:
		a.Value = r.numbers()
	case asAttributes:
		r.fail("an attribute %#x with attributes in it", a.Type)
	default:
		a.Value = r.bytes()
	}
	if length == 0 || a.Value == nil {
		a.Value = []byte{} // sent all the same, for the length of its kind
	}
	return a
}

func (r *Reader) numbers() []byte {
	n := int(r.uint32())
	if n > len(r.b)/8 {
		r.fail("%d mechanisms in %d bytes", n, len(r.b))
		return nil
	}
	return r.take(8 * n)
}

// Wanted reads which attributes are wanted.
func (r *Reader) Wanted() []Wanted {
	n := int(r.uint32())
	if n > len(r.b)/8 || isTooMany(n) {
		r.fail("%d wanted attributes in %d bytes", n, len(r.b))
		return nil
	}
	list := make([]Wanted, n)
	for i := range list {
		list[i] = Wanted{Type: r.uint32(), Room: r.Room()}
		if layoutOf(list[i].Type) == asAttributes {
			r.fail("an attribute %#x with attributes in it", list[i].Type)
		}
	}
	return list
}
