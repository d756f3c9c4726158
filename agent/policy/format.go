package policy

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// format writes a value of a Policy as TOML that Load would read back.
func format(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return quote(FormatDuration(v))
	case []string:
		return "[" + quoteAll(v, ", ") + "]"
	case []OIDRule:
		return formatRules(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	default:
		return quote(reflect.ValueOf(v).String())
	}
}

func formatRules(rules []OIDRule) string {
	items := make([]string, len(rules))
	for i, r := range rules {
		items[i] = fmt.Sprintf("{oid = %s, loa = %d, identity = %s, carrier = %s}",
			quote(r.OID), r.LoA, quote(r.Identity), quote(r.Carrier))
	}
	return "[" + strings.Join(items, ", ") + "]"
}
