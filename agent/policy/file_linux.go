package policy

// DefaultFile is where the policy file of an installed service is.
func DefaultFile() string { return "/etc/siths-agent/agent.toml" }
