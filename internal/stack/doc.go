// Package stack starts the real parts around the service (card reader service, message bus, login manager, display,
// lockers, the service itself) in a private world, for tests, `make run` and `make bench`.
package stack
