package main

import "crypto/subtle"

// isEasy says whether a PIN is one that a stranger tries first: one digit over and over, or digits that count up or down.
func isEasy(pin []byte) bool {
	for _, step := range []int{0, 1, -1} {
		if counts(pin, step) {
			return true
		}
	}
	return false
}

// counts says whether each digit is the one before plus step, with 0 after 9.
func counts(pin []byte, step int) bool {
	for i := 1; i < len(pin); i++ {
		if (int(pin[i])-int(pin[i-1])-step)%10 != 0 {
			return false
		}
	}
	return true
}

func sameBytes(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
