//go:build canary_settings_sealed

package host

import "os"

func seal(*os.File) error { return nil }
