//go:build !canary_unknown_fields

package localapi

import "encoding/json"

// strict has a decoder refuse fields that nobody here reads.
func strict(d *json.Decoder) { d.DisallowUnknownFields() }
