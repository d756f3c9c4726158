//go:build canary_login_remembered

package child

func remembers(bool) bool { return false }
