//go:build !canary_forward_server

package child

import (
	"crypto/tls"
	"crypto/x509"
)

// receiverTLS accepts the receiver of that name alone, by the word of these authorities (RFC 5425, section 5.2).
func receiverTLS(host string, authorities *x509.CertPool) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: authorities, MinVersion: tls.VersionTLS12}
}
