//go:build !canary_sso_user

package broker

// sameUser says whether a program runs as the person who has logged in.
func sameUser(c Caller, p person) bool { return c.UID == p.uid }
