//go:build canary_sso_origin

package setup

func isHost(string) bool { return true }
