//go:build !canary_rights

package localapi

// rightOf looks into the table.
func rightOf(v Verb, k Kind) Right {
	if r, ok := Rights()[v][k]; ok {
		return r
	}
	return No
}
