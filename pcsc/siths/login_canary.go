//go:build canary_login_certificate

package siths

func logsIn(cert Certificate) bool { return cert.Use != Authority }
