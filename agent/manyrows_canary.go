//go:build canary_refusal_rows

package agent

func (r *refusals) hasMany(uint32) bool { return false }
