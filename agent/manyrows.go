//go:build !canary_refusal_rows

package agent

// hasMany says whether a user's refusals get no more rows of their own. Root's always do.
func (r *refusals) hasMany(uid uint32) bool { return r.rows >= refusalRows && uid != 0 }
