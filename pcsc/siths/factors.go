package siths

import "math/big"

// rocaGenerator generates the subgroup that the flawed primes lie in, modulo the product of the first primes. With 39
// of them, as for the shortest keys, longer keys are found too: their product is a multiple of this one
// (Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack, CCS 2017, 2.1-2.3; CVE-2017-15361).
const rocaGenerator = 65537

// smallPrimes are the first 39 primes but 2, which tells nothing of an odd number.
func smallPrimes() []uint64 {
	return []uint64{3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
		107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167}
}

func remainder(n *big.Int, p uint64) uint64 {
	return new(big.Int).Mod(n, new(big.Int).SetUint64(p)).Uint64()
}

// hasSmallFactor says whether n is even or anybody can see what divides it.
func hasSmallFactor(n *big.Int) bool {
	if n.Bit(0) == 0 {
		return true
	}
	for _, p := range smallPrimes() {
		if remainder(n, p) == 0 {
			return true
		}
	}
	return false
}

// residue is a set of exponents: all that are at modulo the modulus.
type residue struct{ at, modulus uint64 }

// discreteLog returns the exponents k with generator^k = power (mod p), and whether there are any.
func discreteLog(generator, power, p uint64) (residue, bool) {
	found, order := uint64(p), uint64(0) // no exponent is p
	for x := uint64(1); order == 0 || x != 1; x = x * generator % p {
		if x == power {
			found = order
		}
		order++
	}
	return residue{found, order}, found != p
}

// and returns the exponents that are in both sets, and whether there are any (Chinese remainder theorem; the moduli
// need not be coprime). The least common multiple of the orders of 65537 modulo the small primes has 62 bits.
func (r residue) and(other residue) (residue, bool) {
	common := r.modulus / gcd(r.modulus, other.modulus) * other.modulus
	for at := r.at; at < common; at += r.modulus {
		if at%other.modulus == other.at {
			return residue{at, common}, true
		}
	}
	return residue{}, false
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
