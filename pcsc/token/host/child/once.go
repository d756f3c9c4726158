//go:build !canary_puk_once

package child

// present shows the card what a person has typed. It is shown once, whatever the card says.
func present(show func() error) error { return show() }
