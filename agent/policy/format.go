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
		return formatRules(v, func(r OIDRule) string { return formatRule("oid", r.OID, r.LoA, r.Identity, r.Carrier) })
	case []IssuerRule:
		return formatRules(v, func(r IssuerRule) string { return formatRule("name", r.Name, r.LoA, r.Identity, r.Carrier) })
	case []Product:
		return formatRules(v, formatProduct)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	default:
		return quote(reflect.ValueOf(v).String())
	}
}

func formatRules[T any](rules []T, one func(T) string) string {
	items := make([]string, len(rules))
	for i, r := range rules {
		items[i] = one(r)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func formatRule(key, name string, loa int, identity, carrier string) string {
	text := fmt.Sprintf("{%s = %s, loa = %d, identity = %s", key, quote(name), loa, quote(identity))
	if carrier != "" {
		text += ", carrier = " + quote(carrier)
	}
	return text + "}"
}

func formatProduct(p Product) string {
	text := "{name = " + quote(p.Name)
	if len(p.ATRs) > 0 {
		text += ", atr = [" + quoteAll(p.ATRs, ", ") + "]"
	}
	if p.Carrier != "" {
		text += ", carrier = " + quote(p.Carrier)
	}
	return text + ", unlock = " + quote(p.Unlock) + "}"
}
