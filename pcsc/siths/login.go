//go:build !canary_login_certificate

package siths

// logsIn says whether a certificate is one that its holder logs in with.
func logsIn(cert Certificate) bool { return cert.Use == Authentication && cert.Identity == HSA }
