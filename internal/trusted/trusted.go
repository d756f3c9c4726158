// Package trusted opens files that nobody but root and the running user can have written or put there.
package trusted

import "os"

// Fault is what makes a file, or a folder on the way to it, untrustworthy.
type Fault string

// The faults.
const (
	NotRegular   Fault = "not a regular file"
	ForeignOwner Fault = "another user than root and this program's owns it and can change it"
	Writable     Fault = "others than root and this program's user can change it"
)

// Flaw is a fault and where it is.
type Flaw struct {
	Path  string
	Fault Fault
}

func (f *Flaw) Error() string { return f.Path + ": " + string(f.Fault) }

// Open opens a regular file after looking at every folder and link on the way to it. The error is a *Flaw, or what the
// operating system says.
func Open(file string) (*os.File, error) { return open(file) }

// Resolve follows a path to its end, links included. The error is that of Open; whatever is at the end is fine.
func Resolve(path string) (string, error) { return resolve(path) }
