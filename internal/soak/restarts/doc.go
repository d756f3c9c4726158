// Package restarts ends the parts of the whole stack at every moment, and sees what the others make of it.
package restarts
