package errand

import "testing"

func TestOnlyRootAndTheSocketsMakerMayAsk(t *testing.T) {
	for uid, want := range map[uint32]bool{0: true, 1000: true, 999: false, 65534: false} {
		if got := mayAsk(uid, 1000); got != want {
			t.Errorf("uid %d may ask: %v", uid, got)
		}
	}
}
