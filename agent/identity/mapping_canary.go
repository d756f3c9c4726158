//go:build canary_hsaid_exact

package identity

import "strings"

func mapped(table map[string]string, id string) (string, bool) {
	for other, name := range table {
		if strings.EqualFold(other, id) {
			return name, true
		}
	}
	return "", false
}
