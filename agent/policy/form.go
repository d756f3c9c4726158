package policy

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"siths-agent/internal/ldapfilter"
)

func formModule() *Form {
	return &Form{valid: isModule, Allowed: Text{
		"absolut sökväg eller bara ett filnamn", "absolute path or a bare file name"}}
}

func isModule(s string) bool {
	if strings.ContainsAny(s, `/\`) {
		return isPath(s)
	}
	return s != "" && s != "." && s != ".." && printable(s)
}

func formPath() *Form {
	return &Form{valid: isPath, Allowed: Text{`absolut sökväg utan ".."`, `absolute path without ".."`}}
}

func isPath(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '\\' })
	return filepath.IsAbs(s) && printable(s) && !slices.Contains(parts, "..")
}

func formReader() *Form {
	return &Form{valid: isPattern, Allowed: Text{
		`mönster för läsarnamn med *, ? och [...]`, `reader name patterns with *, ? and [...]`}}
}

func isPattern(s string) bool {
	_, err := path.Match(s, "")
	return err == nil && s != "" && printable(s)
}

func formOID() *Form {
	return &Form{valid: isOID, Allowed: Text{
		"OID med punkter, till exempel 1.2.752.74.8.9001", "OID with dots, such as 1.2.752.74.8.9001"}}
}

// isOID checks the dotted form of an object identifier: the first arc is 0, 1 or 2, and under 0 and 1 there are
// 40 second arcs (ITU-T X.660, 7.6).
func isOID(s string) bool {
	arcs := strings.Split(s, ".")
	if len(arcs) < 2 || len(s) > 128 || !slices.Contains([]string{"0", "1", "2"}, arcs[0]) {
		return false
	}
	for _, arc := range arcs {
		if !isArc(arc) {
			return false
		}
	}
	return arcs[0] == "2" || len(arcs[1]) == 1 || len(arcs[1]) == 2 && arcs[1] < "40"
}

func isArc(s string) bool {
	return allOf(s, digits) && (s == "0" || s[0] != '0')
}

func formMark() *Form {
	return &Form{valid: isMark, Allowed: Text{
		`del av ett namn med * först eller sist, till exempel "TEST *"`, `part of a name with * first or last, such as "TEST *"`}}
}

func isMark(s string) bool {
	name := strings.Trim(s, "*")
	return len(name) == len(s)-1 && strings.ContainsFunc(name, unicode.IsLetter) && !strings.Contains(name, "*") && printable(name)
}

func formLDAPURI() *Form {
	return &Form{valid: func(s string) bool { return hasHost(s, "ldap://") || hasHost(s, "ldaps://") },
		Allowed: same(`ldap://HOST[:PORT] | ldaps://HOST[:PORT]`)}
}

func formProxy() *Form {
	return &Form{valid: isProxy, Allowed: same(`http://HOST:PORT`)}
}

func isProxy(s string) bool {
	_, port, _ := strings.Cut(strings.TrimPrefix(s, "http://"), ":")
	return hasHost(s, "http://") && port != ""
}

func formFilter() *Form {
	return &Form{valid: isFilter, Allowed: Text{
		"LDAP-filter inom parentes där {hsa_id} bara står som (attribut={hsa_id})",
		"LDAP filter in parentheses where {hsa_id} only stands as (attribute={hsa_id})"}}
}

func isFilter(s string) bool {
	_, err := ldapfilter.Parse(s)
	return err == nil && printable(s)
}

func formBind() *Form {
	return &Form{valid: isBind, Allowed: Text{`"machine" | "file:" och absolut sökväg`, `"machine" | "file:" and an absolute path`}}
}

func isBind(s string) bool {
	file, found := strings.CutPrefix(s, "file:")
	return s == "machine" || found && isPath(file)
}

func formSyslog() *Form {
	return &Form{valid: isSyslog, Allowed: same(`tcp+tls://HOST:PORT | unix:///PATH`)}
}

func isSyslog(s string) bool {
	if file, found := strings.CutPrefix(s, "unix://"); found {
		return path.IsAbs(file) && isPath(filepath.FromSlash(file))
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(s, "tcp+tls://"), ":")
	return hasHost(s, "tcp+tls://") && port != ""
}

// hasHost reports whether s is prefix, a host and perhaps a port, and nothing after them.
func hasHost(s, prefix string) bool {
	rest, found := strings.CutPrefix(s, prefix)
	host, port, hasPort := strings.Cut(rest, ":")
	return found && isHost(host) && (!hasPort || allOf(port, digits) && len(port) <= 5)
}

func isHost(s string) bool {
	return len(s) <= 253 && allOf(s, letters+digits+".-") && s[0] != '-' && s[0] != '.'
}

func formWord() *Form {
	return &Form{valid: isWord, Allowed: Text{"text utan styrtecken", "text without control characters"}}
}

func isWord(s string) bool { return s != "" && printable(s) && strings.TrimSpace(s) == s }

func formAccount() *Form {
	return &Form{valid: isAccount, Allowed: Text{
		`kontonamn, till exempel "anna", "DOMÄN\\anna" eller "anna@kommun.se"`,
		`account name such as "anna", "DOMAIN\\anna" or "anna@kommun.se"`}}
}

// isAccount leaves out what would change the meaning of a line in passwd(5) or look like an option.
func isAccount(s string) bool {
	return isWord(s) && len(s) <= 256 && s[0] != '-' && !strings.ContainsAny(s, ":/ \t,")
}

func formProgram() *Form {
	return &Form{valid: isModule, Allowed: Text{
		"programmets filnamn eller absoluta sökväg", "the program's file name or absolute path"}}
}

// formHSAID is the form of the keys of accounts.toml. HSA-ids are ASCII: a look-alike letter is another person.
func formHSAID() *Form {
	return &Form{valid: isHSAID, Allowed: Text{
		"HSA-id precis som i certifikatet, till exempel SE2321000131-P000000000001",
		"HSA-id exactly as in the certificate, such as SE2321000131-P000000000001"}}
}

// isHSAID takes several hyphens, and underscores in their place, because ids of the test environments have them. What
// follows the organisation may hold small letters, which are others than capital ones: it is compared with its case.
func isHSAID(s string) bool {
	organisation, rest, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	for part := range strings.SplitSeq(rest, "-") {
		if !allOf(part, letters+digits) {
			return false
		}
	}
	return allOf(organisation, capitals+digits) && strings.Contains(s, "-") && len(s) <= 64
}

const (
	digits   = "0123456789"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letters  = capitals + "abcdefghijklmnopqrstuvwxyz"
)

// allOf reports whether s is made of set's characters only, at least one.
func allOf(s, set string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) })
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
