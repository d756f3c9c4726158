package agent

// statementLabel separates what the authentication key signs here from everything else it may ever sign.
const statementLabel = "siths-agent unlock 1"
