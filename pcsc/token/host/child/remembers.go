//go:build !canary_login_remembered

package child

// remembers says whether the module may tell of a login from memory alone, without asking the card.
func remembers(asks bool) bool { return !asks }
