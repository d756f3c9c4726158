// Package pamfuzz feeds the PAM module what its helper and its application could send it.
package pamfuzz
