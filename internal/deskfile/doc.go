// Package deskfile names the files of a desktop session: those that a program has once in it, in a folder of its person
// alone, and its bus.
package deskfile
