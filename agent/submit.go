package agent

import (
	"context"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

func newAttempt(caller Caller, pin *secret.Buffer) *attempt {
	return &attempt{caller: caller, pin: pin, given: make(chan apitype.PINResult, 1), claimed: make(chan *apitype.Problem, 1)}
}

// close wipes what the person typed.
func (at *attempt) close() {
	_ = at.pin.Close()
	if at.care != nil {
		_ = at.care.fresh.Close()
	}
}

// submit has give put the attempt to the rules once no card is being read, and waits for what becomes of it.
func (a *Agent) submit(ctx context.Context, at *attempt, give func()) apitype.PINResult {
	wait, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	err := a.call(wait, func() { at.sleeps = a.sleeps })
	if err == nil {
		err = a.whenRead(wait, give)
	}
	if err != nil {
		at.close()
		return failedResult(err, nil)
	}
	select {
	case result := <-at.given:
		return result
	case <-a.done:
	}
	select {
	case result := <-at.given: // it was answered as the agent stopped
		return result
	default:
		return failedResult(stopped(), nil)
	}
}
