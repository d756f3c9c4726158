//go:build canary_holder_clears

package session

func (t *turn) isAnother() bool { return false }

func (t *turn) isToClear() bool { return false }
