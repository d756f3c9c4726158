//go:build !canary_policy_size

package policy

// isTooLarge says whether so many bytes are more than any policy has.
func isTooLarge(bytes int) bool { return bytes > MaxFileSize }
