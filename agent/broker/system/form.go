package system

import (
	"encoding/base64"
	"net/url"
	gopath "path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"siths-agent/agent/policy"
)

// Bounds of texts, in characters.
const (
	maxTitle = 100
	maxWord  = 256
	maxPath  = 1024
)

func printable(s string, most int) bool {
	return s != "" && utf8.RuneCountInString(s) <= most && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// allOf says whether s is made of set's characters only, at least one.
func allOf(s, set string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) })
}

const (
	digits   = "0123456789"
	lower    = "abcdefghijklmnopqrstuvwxyz"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// isName says whether a system can be called so: it stands in URLs, in arguments and in the audit log.
func isName(s string) bool {
	return allOf(s, lower+digits+"-_") && len(s) <= 64 && s[0] != '-' && s[0] != '_'
}

func title() *policy.Form {
	return policy.NewForm(policy.Text{SV: "text utan styrtecken, högst 100 tecken", EN: "text without control characters, at most 100 characters"},
		func(s string) bool { return printable(s, maxTitle) })
}

func name() *policy.Form {
	return policy.NewForm(policy.Text{SV: "ett namn utan mellanslag", EN: "a name without spaces"},
		func(s string) bool { return printable(s, maxWord) && !strings.Contains(s, " ") })
}

func exe() *policy.Form {
	return policy.NewForm(policy.Text{
		SV: `absolut sökväg på Linux eller Windows, utan ".." och utan jokertecken`,
		EN: `absolute path of Linux or Windows, without ".." and without wildcards`},
		func(s string) bool { return isLinuxPath(s) || isWindowsPath(s) })
}

func path() *policy.Form {
	return policy.NewForm(policy.Text{SV: `absolut sökväg utan ".."`, EN: `absolute path without ".."`},
		func(s string) bool { return isLinuxPath(s) || isWindowsPath(s) })
}

func isLinuxPath(s string) bool {
	return printable(s, maxPath) && gopath.IsAbs(s) && gopath.Clean(s) == s && s != "/" && !strings.ContainsAny(s, "*?[")
}

// isWindowsPath takes a drive's letter and a path from its root (Win32, "Naming Files, Paths, and Namespaces").
func isWindowsPath(s string) bool {
	if !printable(s, maxPath) || len(s) < 4 || !allOf(s[:1], capitals+lower) || s[1:3] != `:\` {
		return false
	}
	for part := range strings.SplitSeq(s[3:], `\`) {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, `<>:"/|?*`) {
			return false
		}
	}
	return true
}

func origin() *policy.Form {
	return policy.NewForm(policy.Text{
		SV: "https://VÄRD[:PORT] utan sökväg; *. först i värden står för alla namn under den",
		EN: "https://HOST[:PORT] without a path; *. first in the host stands for all names below it"}, isOrigin)
}

// isOrigin takes what RFC 6454, 6.2 writes for an https origin, in lower case. A pattern needs two labels behind its star:
// nobody owns a whole top-level domain.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxWord || u.Scheme+"://"+u.Host != s || u.Scheme != "https" {
		return false
	}
	host, port := u.Hostname(), u.Port()
	if strings.HasSuffix(u.Host, ":") || port != "" && !isPort(port) {
		return false
	}
	return isServer(host)
}

func server() *policy.Form {
	return policy.NewForm(policy.Text{SV: "VÄRD, eller *.DOMÄN för alla namn under den", EN: "HOST, or *.DOMAIN for all names below it"}, isServer)
}

// isServer takes a host, or a pattern of hosts as isOrigin does.
func isServer(s string) bool {
	bare, pattern := strings.CutPrefix(s, "*.")
	return isHost(bare) && (!pattern || strings.Contains(bare, "."))
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '0'
}

// isHost takes names of hosts (RFC 1123, 2.1) and addresses of IPv4.
func isHost(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !allOf(label, lower+digits+"-") || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return len(s) <= 253
}

func realm() *policy.Form {
	return policy.NewForm(policy.Text{SV: "versaler, siffror, punkt och bindestreck, till exempel AD.KOMMUN.SE", EN: "capital letters, digits, dots and hyphens, such as AD.KOMMUN.SE"},
		func(s string) bool {
			return allOf(s, capitals+digits+".-") && len(s) <= 253 && s[0] != '-' && s[0] != '.'
		})
}

func principal() *policy.Form {
	return policy.NewForm(policy.Text{
		SV: `text med ett av "{upn}", "{account}" och "{hsa_id}"`, EN: `text with one of "{upn}", "{account}" and "{hsa_id}"`}, isPrincipal)
}

// isPrincipal wants exactly one thing that differs between people, and nothing that kinit would take for an option.
func isPrincipal(s string) bool {
	rest, n := s, 0
	for _, word := range []string{"{upn}", "{account}", "{hsa_id}"} {
		n += strings.Count(s, word)
		rest = strings.ReplaceAll(rest, word, "")
	}
	return n == 1 && len(s) <= maxWord && s[0] != '-' && (rest == "" || allOf(rest, capitals+lower+digits+"@._-/"))
}

func fingerprint() *policy.Form {
	return policy.NewForm(policy.Text{SV: `"SHA256:" och 43 tecken, som ssh-keygen -l skriver det`, EN: `"SHA256:" and 43 characters, as ssh-keygen -l writes it`}, isFingerprint)
}

// isFingerprint takes what OpenSSH writes: base64 without padding of a SHA-256 (ssh-keygen(1), -l and -E).
func isFingerprint(s string) bool {
	rest, found := strings.CutPrefix(s, "SHA256:")
	sum, err := base64.RawStdEncoding.Strict().DecodeString(rest)
	return found && err == nil && len(sum) == 32 && !strings.ContainsAny(rest, "\r\n")
}
