// Package stacktest wraps the labs of package stack for tests: what cannot be started fails the test, and a failed
// test shows what the programs wrote.
package stacktest
