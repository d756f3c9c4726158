//go:build canary_roca

package siths

import "math/big"

func isROCA(*big.Int) bool { return false }
