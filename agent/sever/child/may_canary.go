//go:build canary_sever_user

package child

import "siths-agent/agent/sever"

func may(sever.Question, uint32) bool { return true }
