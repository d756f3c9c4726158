// Package directorylab runs real LDAP directories for tests, with people who have HSA-ids.
package directorylab
