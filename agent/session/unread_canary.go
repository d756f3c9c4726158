//go:build canary_service_down

package session

func (t *turn) withdraw() {}
