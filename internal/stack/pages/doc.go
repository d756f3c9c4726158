// Package pages tests what browsers do with the virtual card, in many ways and without the rest of the service.
package pages
