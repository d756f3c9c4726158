// Package deskfile names the files that a program has once in each desktop session, in a folder of its person alone.
package deskfile
