//go:build !canary_hsaid_exact

package identity

// mapped is the account that the table has for an HSA-id, which matches whole and with its case.
func mapped(table map[string]string, id string) (string, bool) {
	name, known := table[id]
	return name, known
}
