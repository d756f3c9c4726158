//go:build !canary_caller_kept

package caller

import "siths-agent/agent/broker/system"

// labelsKept says whether the kernel keeps programs from taking labels of others.
func labelsKept() bool { return !system.LabelsForAll() }
