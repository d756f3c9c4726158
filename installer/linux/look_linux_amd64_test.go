package linux

import (
	"slices"
	"strings"
	"testing"
)

// TestTheUnitLetsTheServiceSeeWhoConnects names the calls that looking at programs takes.
func TestTheUnitLetsTheServiceSeeWhoConnects(t *testing.T) {
	allowed := strings.Fields(allowedCalls(t, unitFile))
	numbers := callNumbers(t)
	for _, call := range []string{"setfsuid", "setfsgid", "openat2", "statx", "getsockopt", "readlinkat"} {
		if !slices.Contains(allowed, numbers[call]) {
			t.Errorf("%s is not allowed", call)
		}
	}
	if strings.Contains(strings.Join(unit(t, unitFile)["CapabilityBoundingSet"], " "), "PTRACE") {
		t.Error("it has power over other processes")
	}
}
