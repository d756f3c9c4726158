//go:build !canary_owed_lock

package agent

// appeared does the locks that are owed, now that there is somebody to do them.
func (a *Agent) appeared() {
	for _, t := range a.terms {
		owed := t.owed
		t.owed = nil
		for _, try := range owed {
			a.lock(t.desk, try)
		}
	}
}
