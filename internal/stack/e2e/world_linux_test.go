package e2e

import (
	"sync"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/testpki"
)

const (
	patience = workplace.Patience
	pin      = workplace.PIN
	wrongPIN = workplace.WrongPIN
	annasID  = workplace.AnnasID
	bobsID   = workplace.BobsID
)

// productionHierarchy has the names of the real one, and keys of its own.
var productionHierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Hierarchy: testpki.Production, Keys: &testpki.Keys{Rotate: 4}})
})

// world is a workplace that tests of this package look at in ways of their own.
type world struct {
	*workplace.Workplace
	t *testing.T
}

type plan = workplace.Plan

// open makes a world, beside those of other tests. Everything in it ends with the test.
func open(t *testing.T, p plan) *world {
	t.Helper()
	t.Parallel()
	return &world{Workplace: workplace.Open(t, p), t: t}
}

// openWithoutAgent is open up to the service.
func openWithoutAgent(t *testing.T, p plan) *world {
	t.Helper()
	t.Parallel()
	return &world{Workplace: workplace.OpenWithoutService(t, p), t: t}
}

func anna() testpki.Person { return workplace.Anna() }

func bob() testpki.Person { return workplace.Bob() }

// problem finds a problem of a snapshot, nil when it is not there.
func problem(s apitype.Snapshot, code apitype.Code) *apitype.Problem {
	return workplace.ProblemOf(s, code)
}
