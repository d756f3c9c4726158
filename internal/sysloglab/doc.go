// Package sysloglab runs Debian's rsyslog with TLS for tests, with its files in a folder of its own.
package sysloglab
