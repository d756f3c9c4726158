//go:build !canary_p11_attributes

package rpc

// maxAttributes is how many attributes a message may name. No object of ours has more than forty.
const maxAttributes = 256

// isTooMany says whether a message names more attributes than that. Each may be asked for again and again, and is told each
// time: 8 bytes of a question come to as many of the answer as a certificate has.
func isTooMany(n int) bool { return n > maxAttributes }
