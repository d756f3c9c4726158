// Package readers lets other users' programs and other people's cards get in the way at the readers.
package readers
