// Package memscan looks for secrets in the memory of other processes, from outside, in every form they may have taken.
package memscan
