package directory

import (
	"strings"

	"siths-agent/agent/courier"
)

// valuesOf returns an entry's values of an attribute, whose name has no case (RFC 4512, section 2.5).
func valuesOf(e courier.Entry, attribute string) [][]byte {
	var values [][]byte
	for name, some := range e.Values {
		if strings.EqualFold(name, attribute) {
			values = append(values, some...)
		}
	}
	return values
}
