//go:build !canary_roca

package siths

import "math/big"

// isROCA says whether a modulus is a power of the generator modulo the product of the small primes. Of moduli made in
// another way fewer than one in 2^150 is.
func isROCA(modulus *big.Int) bool {
	exponents := residue{0, 1}
	for _, p := range smallPrimes() {
		these, any := discreteLog(rocaGenerator%p, remainder(modulus, p), p)
		if any {
			exponents, any = exponents.and(these)
		}
		if !any {
			return false
		}
	}
	return true
}
