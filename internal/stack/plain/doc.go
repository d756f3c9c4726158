// Package plain proves on a real desktop without OpenGL that the plain window takes a code, and that it can be read aloud.
package plain
