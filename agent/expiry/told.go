//go:build !canary_expiry_once

package expiry

// isTold says whether the warning of a threshold has been given, when last is the threshold of the last warning.
func isTold(last, threshold, days int) bool {
	return last == threshold || last < threshold && days <= last+1
}
