//go:build canary_sso_tier

package broker

import "siths-agent/agent/broker/system"

func sureEnough(system.Caller, Caller) bool { return true }

func rightLabel(system.Caller, Caller) bool { return true }
