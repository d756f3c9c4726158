// Package workplace is one whole PC for tests: reader, service, people and their cards.
package workplace
