// Package faults tries every fault of a card at every step of the main job, on the real stack.
package faults
