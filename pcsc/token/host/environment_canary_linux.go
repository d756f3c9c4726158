//go:build canary_child_environment

package host

import "os"

func environment() []string { return append(os.Environ(), "OPENSC_CONF="+settingsFD) }
