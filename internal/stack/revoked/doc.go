// Package revoked tests on the whole stack what becomes of revoked cards, and of good ones when nobody can tell.
package revoked
