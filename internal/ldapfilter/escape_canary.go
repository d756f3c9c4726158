//go:build canary_ldap_escape

package ldapfilter

func escape(value string) string { return value }
