// Package client talks to the service over the local API. Its zero value works.
package client
