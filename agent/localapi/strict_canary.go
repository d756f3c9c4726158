//go:build canary_unknown_fields

package localapi

import "encoding/json"

func strict(*json.Decoder) {}
