//go:build !canary_ssh_user

package ssh

import "siths-agent/agent/safesocket"

// isTheirs says whether a socket is for the user at the other end.
func isTheirs(peer safesocket.Peer, uid uint32) bool { return peer.UID == uid }
