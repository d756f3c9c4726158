// Package e2e holds the tests of the whole main job on real parts: pcscd, a reader, OpenSC, the service, PAM and logind.
package e2e
