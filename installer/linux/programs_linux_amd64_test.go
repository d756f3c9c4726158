package linux

import (
	"os"
	"os/exec"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
)

// TestTheProgramsOfASharedAccountAreFoundAndEndedUnderTheUnitsRestrictions has bob's account shared, and a program of his
// run when anna's card comes.
func TestTheProgramsOfASharedAccountAreFoundAndEndedUnderTheUnitsRestrictions(t *testing.T) {
	t.Parallel()
	const name = "shunit-journal"
	lab := sandboxed(t)
	pki, options := trainingCard(t)
	options.Policy = "[session]\nmode = \"shared\"\nshared_account = \"bob\"\nclose_programs = [\"" + name + "\"]\n" + options.Policy
	lab.PCSCD()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(sleep)
	if err == nil {
		err = stack.WriteProgram(lab.Path(name), content)
	}
	if err != nil {
		t.Fatal(err)
	}
	journal := lab.Start(stack.Cmd{Path: lab.Path(name), Args: []string{"infinity"}, As: "bob"})
	lab.Card(pki, stack.CardOptions{})
	agent := lab.Agent(options)
	c := &client.Client{Socket: agent.Socket()}
	await(t, c, "waiting for the PIN", func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN })
	checkConfined(t, statusFile(agent.PID()), childOf(t, agent.PID()))
	unlock(t, c, "bob")
	select {
	case <-journal.Done():
	default:
		t.Error("the shared desktop was opened and the former holder's program runs")
	}
}
