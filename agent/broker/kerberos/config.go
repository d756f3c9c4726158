//go:build !canary_ticket_config

package kerberos

import (
	"fmt"
	"io"

	"siths-agent/agent/ticket"
	"siths-agent/internal/trusted"
)

// readConfig reads a krb5.conf that nobody but root and the service's user can have written: it says which KDC is believed.
func readConfig(path string) ([]byte, error) {
	f, err := trusted.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, ticket.MaxConfig+1))
	if err == nil && len(text) > ticket.MaxConfig {
		err = fmt.Errorf("%s is longer than %d bytes", path, ticket.MaxConfig)
	}
	return text, err
}
