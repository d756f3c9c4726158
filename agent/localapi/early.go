//go:build !canary_early_pin

package localapi

import "bufio"

// isEarly says whether something came before we said that we listen. It is in a buffer that is not ours to wipe.
func isEarly(r *bufio.Reader) bool { return r.Buffered() > 0 }
