package vcard

// shortTLV writes one data object with a one-byte tag and a one-byte length (ISO/IEC 7816-4, 5.2.2): value has at
// most 127 bytes.
func shortTLV(tag byte, value ...byte) []byte {
	return append([]byte{tag, byte(len(value))}, value...)
}

// parseShortTLVs reads a row of data objects with one-byte tags and one-byte lengths. It refuses a row that is cut
// short and a tag that comes twice.
func parseShortTLVs(row []byte) (map[byte][]byte, bool) {
	objects := map[byte][]byte{}
	for len(row) > 0 {
		if len(row) < 2 || len(row) < 2+int(row[1]) {
			return nil, false
		}
		tag, end := row[0], 2+int(row[1])
		if _, twice := objects[tag]; twice {
			return nil, false
		}
		objects[tag], row = row[2:end], row[end:]
	}
	return objects, true
}
