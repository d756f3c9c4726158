package testpki

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
)

// rocaPrimes is how many primes a flawed generator multiplies for keys of 1984 to 3968 bits (Nemec and others: The
// Return of Coppersmith's Attack, CCS 2017, table 1).
const rocaPrimes = 126

// generateROCA makes a key as the generator of CVE-2017-15361 did: each prime is k*M + (65537^a mod M), where M is the
// product of the first primes.
func generateROCA(bits int) (*rsa.PrivateKey, error) {
	m := primorial(rocaPrimes)
	e := big.NewInt(65537)
	for {
		p, err := rocaPrime(m, e, bits/2)
		if err != nil {
			return nil, err
		}
		q, err := rocaPrime(m, e, bits-bits/2)
		if err != nil {
			return nil, err
		}
		if n := new(big.Int).Mul(p, q); p.Cmp(q) != 0 && n.BitLen() == bits {
			return assemble(n, p, q, e)
		}
	}
}

func rocaPrime(m, e *big.Int, bits int) (*big.Int, error) {
	one := big.NewInt(1)
	least := new(big.Int).Lsh(big.NewInt(3), uint(bits-2)) // both upper bits set, so that a product has all its bits
	for {
		a, err := rand.Int(rand.Reader, m)
		if err != nil {
			return nil, err
		}
		k, err := rand.Int(rand.Reader, new(big.Int).Div(new(big.Int).Lsh(one, uint(bits-2)), m))
		if err != nil {
			return nil, err
		}
		k.Add(k, new(big.Int).Div(least, m))
		p := new(big.Int).Add(k.Mul(k, m), new(big.Int).Exp(e, a, m))
		coprime := new(big.Int).GCD(nil, nil, minusOne(p), e).Cmp(one) == 0
		if p.BitLen() == bits && coprime && p.ProbablyPrime(20) {
			return p, nil
		}
	}
}

// primorial is the product of the first n primes.
func primorial(n int) *big.Int {
	product := big.NewInt(1)
	for candidate := int64(2); n > 0; candidate++ {
		if c := big.NewInt(candidate); c.ProbablyPrime(0) { // exact below 2^64
			product.Mul(product, c)
			n--
		}
	}
	return product
}
