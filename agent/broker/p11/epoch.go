//go:build !canary_p11_epoch

package p11

// isOf says whether a session was opened in the login that is open now.
func isOf(s *session, now card) bool { return s.login == now.login }

// handleOf numbers an object of the card. The number is the same in all sessions of all programs while the card is in, and
// no object of another insertion has it. It fits 32 bits: programs may be of 32 bits.
func handleOf(insertion uint64, object int) uint64 { return insertion&0xffffff<<8 | uint64(object+1) }
