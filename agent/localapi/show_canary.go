//go:build canary_bare_view

package localapi

import (
	"siths-agent/agent"
	"siths-agent/agent/apitype"
)

func show(v agent.View, _ request) apitype.Snapshot { return v.Snapshot }
