// Command stepper is a program of the person's in the tests of labels: it takes the steps that it is told.
package main
