//go:build canary_child_pin_wipe

package child

import "siths-agent/internal/secret"

func forget(*secret.Buffer) {}
