// Package lab runs stand-ins of the business systems that people sign in to with their cards: real servers, on one machine.
package lab
