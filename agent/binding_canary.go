//go:build canary_statement_binding

package agent

func (a *Agent) statement(*attempt, *child) []byte { return []byte(statementLabel + nonce()) }
