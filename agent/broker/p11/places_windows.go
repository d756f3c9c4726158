package p11

func places() int { return maxAll }
