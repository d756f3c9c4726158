// Package vcard is a virtual SITHS card in vsmartcard's reader, for development, training and tests.
package vcard
