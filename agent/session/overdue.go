//go:build !canary_grace_deadline

package session

// isOverdue says whether the time that the desktop may stay open without its card is over. A timer of an earlier grace
// says nothing.
func (t *turn) isOverdue(e GraceOver) bool { return t.Grace != 0 && t.Grace == e.Insertion }
