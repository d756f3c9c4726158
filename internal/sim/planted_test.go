package sim

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/canary"
	"siths-agent/internal/soak"
)

// enough is how many workstations are lived at most until a planted fault has to be found.
const enough = 150

// planted are the controls of the agent that a workstation misses when they are switched off.
func planted() []string {
	all := strings.Fields(`lock_on_removal drop_on_lock pin_for_card login_card one_pin row_before_unlock last_try
		heartbeat wrong_pin_locks claim_expires relock service_down ticket_caller ticket_expires ticket_once
		own_card statement_signed fresh_nonce statement_binding owed_lock lock_retry sleep_lock stop_lock
		restart_lock own_session stale_attempt grace_deadline grace_pin holder_clears idle_lock sso_life`)
	return all[:soak.Size(1, len(all))]
}

// TestEveryPlantedFaultIsFound switches one control after the other off. It is how the checker is checked.
func TestEveryPlantedFaultIsFound(t *testing.T) {
	t.Parallel()
	var found, worst int
	var missed []string
	names := planted()
	for _, name := range names {
		if !slices.ContainsFunc(canary.All(), func(c canary.Canary) bool { return c.Name == name }) {
			t.Errorf("there is no control %s to switch off", name)
			continue
		}
		seed, what := hunt(t, name)
		t.Logf("%s: found at seed %d: %s", name, seed, what)
		if seed < 0 {
			missed = append(missed, name)
			continue
		}
		found, worst = found+1, max(worst, seed+1)
	}
	if len(missed) > 0 {
		t.Errorf("nobody noticed that %v are switched off", missed)
	}
	soak.Report(t, soak.Row{
		ID: "1.2", Name: "faults planted in the agent, each of which the simulation has to find",
		Asked:   "12 or more, all found",
		Found:   fmt.Sprintf("%d of %d, each within %d workstations of two or three days", found, len(names), worst),
		Missed:  found < 12,
		Command: "make sim",
	})
}

// hunt lives workstations whose agent lacks a control until one of them notices. It returns its seed, or -1.
func hunt(t *testing.T, name string) (seed int, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-tags", "canary_"+name,
		"-run", "^TestTheWorkstationsKeepTheirPromises$", ".", "-args", "-seeds="+strconv.Itoa(enough))
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SITHS_") })
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err == nil {
		return -1, ""
	}
	m := regexp.MustCompile(`seed (\d+): (.*?)(; what happened last.*)?\n`).FindSubmatch(out.Bytes())
	if m == nil {
		t.Errorf("%s: %s", name, out.Bytes()[max(0, out.Len()-2000):])
		return -1, ""
	}
	seed, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return seed, string(m[2])
}
