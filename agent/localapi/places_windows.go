package localapi

// places is how many connections of users there may be.
func places() int { return maxConns }
