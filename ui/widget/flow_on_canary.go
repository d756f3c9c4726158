//go:build canary_pad_flow

package widget

import "time"

func flowsOn(flow, time.Time) bool { return false }
