//go:build canary_screen_holder

package model

import "siths-agent/agent/apitype"

func mayAsk(apitype.Snapshot) bool { return true }
