//go:build canary_early_pin

package localapi

import "bufio"

func isEarly(*bufio.Reader) bool { return false }
