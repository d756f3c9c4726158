package notify

import "context"

// UnsupportedError says that this system has no place for notifications that this version knows.
type UnsupportedError struct{}

// Error says so.
func (*UnsupportedError) Error() string { return "notifications are not shown on this system" }

// Run shows nothing, and returns an *UnsupportedError. A notification is never handed to a shell.
func (n *Notifier) Run(context.Context) error { return &UnsupportedError{} }
