//go:build canary_caller_again

package caller

import "siths-agent/agent/broker"

func isSame(broker.Caller, sight) bool { return true }
