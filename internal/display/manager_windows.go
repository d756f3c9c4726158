package display

import "context"

// forgetManager has nothing to do: Windows manages its windows itself.
func forgetManager(context.Context, func(string) string) error { return nil }
