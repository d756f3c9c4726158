//go:build !canary_secret_marshal

package secret

import "errors"

// MarshalText refuses: a secret is never text.
func (b *Buffer) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret cannot be marshalled")
}
