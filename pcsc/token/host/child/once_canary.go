//go:build canary_puk_once

package child

func present(show func() error) error {
	if err := show(); err == nil {
		return nil
	}
	return show()
}
