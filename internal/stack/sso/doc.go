// Package sso tests single sign-on on the real stack: one PIN, real programs and servers, and the end of it all with the card.
package sso
