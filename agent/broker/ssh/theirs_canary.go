//go:build canary_ssh_user

package ssh

import "siths-agent/agent/safesocket"

func isTheirs(safesocket.Peer, uint32) bool { return true }
