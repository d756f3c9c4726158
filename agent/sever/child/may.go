//go:build !canary_sever_user

package child

import "siths-agent/agent/sever"

// may says whether a socket of this user is one that the question is about, on the kernel's word: the person's own. Root is no
// person.
func may(q sever.Question, uid uint32) bool { return uid == q.UID && uid != 0 }
