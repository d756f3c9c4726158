//go:build !canary_ldap_server

package child

import (
	"crypto/tls"
	"crypto/x509"
)

// directoryTLS accepts the server of that name alone, by the word of these authorities.
func directoryTLS(host string, authorities *x509.CertPool) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: authorities, MinVersion: tls.VersionTLS12}
}
