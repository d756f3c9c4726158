// Package soak gives tests their two sizes, short and long, and keeps what the long ones found in a sheet.
package soak

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"
)

// Environment variables by which `make soak` and its kin speak to the tests.
const (
	longVar  = "SITHS_LONG"  // "1": the long size
	sheetVar = "SITHS_SHEET" // the sheet's file; unset: nothing is kept
)

// Long says whether the long forms are asked for.
func Long() bool { return os.Getenv(longVar) == "1" }

// Size is how often a test does what it does: short in every test run, long when the long forms are asked for.
func Size(short, long int) int {
	if Long() {
		return long
	}
	return short
}

// Together lets so many parallel tests run at a time, however few processors there are: tests that mostly wait. TestMain
// calls it; -parallel wins over it.
func Together(n int) {
	_ = flag.Set("test.parallel", strconv.Itoa(n)) // a test program has the flag
}

// Report keeps a row in the sheet when the long forms are run, and logs it always. A row replaces the one of the same ID.
// It fails the test when the sheet cannot be written.
func Report(tb testing.TB, row Row) {
	tb.Helper()
	row.Failed = tb.Failed()
	tb.Logf("%s %s: asked %s; found %s", row.ID, row.Name, row.Asked, row.Found)
	path := os.Getenv(sheetVar)
	if path == "" || !Long() {
		return
	}
	row.When = time.Now().UTC()
	if err := Keep(path, row); err != nil {
		tb.Errorf("keeping the row %s: %v", row.ID, err)
	}
}
