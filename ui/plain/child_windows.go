package plain

// start refuses: Windows has no pinentry.
func start(func(string) string) (*pinentry, error) { return nil, errNoPinentry }
