// Package vm runs the tests of a package as the only program of a small virtual machine, for what the kernel of the
// machine that tests run on does not have.
package vm
