// Package canary switches each security control off, one at a time, and wants the tests to notice.
//
// A control is the smallest function that keeps a promise, in a file of its own: X.go, built unless the tag canary_NAME
// is set. X_canary.go beside it is built only with that tag and has the same function with the promise broken. No
// program that is shipped is built with such a tag.
package canary

import "slices"

// prefix begins the build tag of every canary.
const prefix = "canary_"

// Canary is one control, and the tests that have to fail when it is switched off.
type Canary struct {
	Name    string // of the build tag, without its prefix
	Promise string // what the control keeps
	Package string // where the control is, below the module
	Tests   []Test
}

// Test names tests: those of a package, below the module, whose names match.
type Test struct {
	Package string
	Run     string // as for go test -run
	Real    bool   // they run the programs, which are built with the tag; the tests themselves are not
}

// Tag is the build tag.
func (c Canary) Tag() string { return prefix + c.Name }

// All returns every canary.
func All() []Canary {
	return slices.Concat(sessionCanaries(), agentCanaries(), identityCanaries(), revocationCanaries(), certificateCanaries(), directoryCanaries(),
		pinCanaries(), childCanaries(),
		apiCanaries(), fileCanaries(), doorCanaries(), moduleCanaries(), screenCanaries(), windowCanaries(), residentCanaries(), ssoCanaries(), ticketCanaries())
}

// in names tests that run within their own process.
func in(pkg, run string) []Test { return []Test{{Package: pkg, Run: run}} }

// onStack names tests that run the programs, on the whole stack.
func onStack(run string) Test { return Test{Package: "internal/stack/e2e", Run: run, Real: true} }
