// Package pam tries the PAM door with everything that is real behind it, and with everything that is false.
package pam
