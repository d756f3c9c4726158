// Package neighbours tests the service among hostile local users: at its socket, at its files, and when the machine runs out of something.
package neighbours
