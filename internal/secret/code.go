package secret

import "crypto/subtle"

// Easy says whether a code is one that a stranger tries first: one digit over and over, or digits that count up or down.
func Easy(code []byte) bool {
	for _, step := range []int{0, 1, -1} {
		if counts(code, step) {
			return true
		}
	}
	return false
}

// counts says whether each digit is the one before plus step, with 0 after 9.
func counts(code []byte, step int) bool {
	for i := 1; i < len(code); i++ {
		if (int(code[i])-int(code[i-1])-step)%10 != 0 {
			return false
		}
	}
	return true
}

// Alike says whether two codes are the same, in a time that does not tell where they differ.
func Alike(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
