// Package labels tests, on a kernel with AppArmor, which programs get what is for a program that the kernel has labelled.
package labels
