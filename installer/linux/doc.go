// Package linux holds what IT installs on Linux beside the programs; its tests prove that the files do what they say.
package linux
