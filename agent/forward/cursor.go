//go:build !canary_forward_cursor

package forward

// takenOver is how far the cursor may move of so many rows, when the target says that it has taken n.
func takenOver(n, of int) int { return max(0, min(n, of)) }
