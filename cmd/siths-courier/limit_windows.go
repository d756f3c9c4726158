package main

import "runtime/debug"

// memoryGoal is what the garbage collector keeps to, in bytes.
const memoryGoal = 256 << 20

func limit() error {
	debug.SetMemoryLimit(memoryGoal)
	return nil
}
