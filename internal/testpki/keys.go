package testpki

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"sync"
)

// Keys hands out the RSA keys of cards. Making one takes tens of milliseconds, so a test that issues
// hundreds of cards shares one Keys with Rotate set between its PKIs. The zero value never repeats a key.
// It is safe for concurrent use.
type Keys struct {
	// Rotate is how many different keys of each kind are made before the first comes again; 0 is never.
	// One card uses up to four, so that 8 or more keeps neighbouring cards apart.
	Rotate int

	mu    sync.Mutex
	made  map[keySlot]*rsa.PrivateKey
	turns map[keyKind]int
}

type keyKind struct {
	bits, exponent int
	roca           bool
}

type keySlot struct {
	kind keyKind
	turn int
}

func (k *Keys) get(kind keyKind) (*rsa.PrivateKey, error) {
	slot, key := k.turn(kind)
	if key != nil {
		return key, nil
	}
	key, err := generate(kind)
	if err == nil && k.Rotate > 0 {
		k.keep(slot, key)
	}
	return key, err
}

func (k *Keys) turn(kind keyKind) (keySlot, *rsa.PrivateKey) {
	if k.Rotate <= 0 {
		return keySlot{}, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.turns == nil {
		k.turns, k.made = map[keyKind]int{}, map[keySlot]*rsa.PrivateKey{}
	}
	slot := keySlot{kind, k.turns[kind] % k.Rotate}
	k.turns[kind]++
	return slot, k.made[slot]
}

func (k *Keys) keep(slot keySlot, key *rsa.PrivateKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made[slot] = key
}

func freshKeys(n, bits int) ([]*rsa.PrivateKey, error) {
	keys := make([]*rsa.PrivateKey, n)
	return keys, inParallel(n, func(i int) (err error) {
		keys[i], err = generate(keyKind{bits: bits})
		return err
	})
}

func inParallel(n int, f func(int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func generate(kind keyKind) (*rsa.PrivateKey, error) {
	if kind.roca {
		return generateROCA(kind.bits)
	}
	kind.exponent = cmp.Or(kind.exponent, 65537)
	if kind.exponent == 65537 && kind.bits >= 1024 {
		return rsa.GenerateKey(rand.Reader, kind.bits)
	}
	return generateWithExponent(kind)
}

// generateWithExponent makes a key whose public exponent is not 65537, or of fewer than 1024 bits, which the standard
// library does not. Real SITHS cards with exponent 3 exist.
func generateWithExponent(kind keyKind) (*rsa.PrivateKey, error) {
	e := big.NewInt(int64(kind.exponent))
	for {
		p, err := primeFor(e, kind.bits/2)
		if err != nil {
			return nil, err
		}
		q, err := primeFor(e, kind.bits-kind.bits/2)
		if err != nil {
			return nil, err
		}
		n := new(big.Int).Mul(p, q)
		if p.Cmp(q) == 0 || n.BitLen() != kind.bits {
			continue
		}
		return assemble(n, p, q, e)
	}
}

func assemble(n, p, q, e *big.Int) (*rsa.PrivateKey, error) {
	phi := new(big.Int).Mul(minusOne(p), minusOne(q))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key, key.Validate()
}

// primeFor returns a prime p with gcd(p-1, e) = 1, so that e has an inverse.
func primeFor(e *big.Int, bits int) (*big.Int, error) {
	for {
		p, err := rand.Prime(rand.Reader, bits)
		if err != nil {
			return nil, err
		}
		if new(big.Int).GCD(nil, nil, minusOne(p), e).Cmp(big.NewInt(1)) == 0 {
			return p, nil
		}
	}
}

func minusOne(n *big.Int) *big.Int { return new(big.Int).Sub(n, big.NewInt(1)) }
