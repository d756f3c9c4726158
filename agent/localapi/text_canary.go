//go:build canary_api_utf8

package localapi

func isText([]byte) bool { return true }
