package policy

import (
	"slices"
	"strconv"
	"strings"
)

// Type is the kind of value that a key takes.
type Type string

// The types, by the words that the reference uses.
const (
	TypeString   Type = "string"
	TypeStrings  Type = "list of strings"
	TypeBool     Type = "boolean"
	TypeInt      Type = "integer"
	TypeDuration Type = "duration"
	TypeRules    Type = "list of tables"
)

// Key is one key of the policy file: the single place that its default, its check, its explanation and its
// page of the reference are made from.
type Key struct {
	Name     string // with its table: "card.modules"
	Type     Type
	Default  string   // TOML; {dir} stands for the folder of the policy file; empty when the key must be given
	Enum     []string // the words allowed, of strings and lists of strings
	Min, Max string   // bounds of integers and durations, both allowed
	Form     *Form    // the form of a string, or of each string of a list
	Optional bool     // an empty string or list is allowed
	Doc      Text
	Since    string // the version that first took the key
	Sub      []Key  // of TypeRules: the keys of one table

	field func(*Policy) any // pointer to where the value goes
	rows  func([]row) any   // of TypeRules: the tables as the Policy has them
}

// Form is a rule for the shape of a string.
type Form struct {
	Allowed Text
	valid   func(string) bool
}

// Keys returns all keys of the policy file, in the order of the reference.
func Keys() []Key {
	return slices.Concat(cardKeys(), trustKeys(), revocationKeys(), identityKeys(), ldapKeys(), sessionKeys(), auditKeys(), uiKeys())
}

// Lookup returns the key of that name.
func Lookup(name string) (Key, bool) {
	for _, k := range Keys() {
		if k.Name == name {
			return k, true
		}
	}
	return Key{}, false
}

// Section returns the table that the key stands in: "identity.ldap" of "identity.ldap.uri".
func (k Key) Section() string {
	if i := strings.LastIndexByte(k.Name, '.'); i >= 0 {
		return k.Name[:i]
	}
	return ""
}

// Allowed says in both languages what the key takes.
func (k Key) Allowed() Text {
	t := k.allowedOne()
	if k.Optional && k.Type == TypeString {
		t = Text{SV: t.SV + `; eller "" för inget`, EN: t.EN + `; or "" for none`}
	}
	if k.Type == TypeStrings {
		return Text{SV: "lista med: " + t.SV, EN: "list of: " + t.EN}
	}
	return t
}

func (k Key) allowedOne() Text {
	switch {
	case len(k.Enum) > 0:
		return same(quoteAll(k.Enum, " | "))
	case k.Type == TypeDuration:
		return Text{SV: "tid inom citattecken, " + quote(k.Min) + " till " + quote(k.Max),
			EN: "duration in quotes, " + quote(k.Min) + " to " + quote(k.Max)}
	case k.Type == TypeInt:
		return Text{SV: "heltal, " + k.Min + " till " + k.Max, EN: "integer, " + k.Min + " to " + k.Max}
	case k.Type == TypeBool:
		return same("true | false")
	case k.Type == TypeRules:
		return Text{SV: "tabeller [[" + k.Name + "]] med " + k.subNames(), EN: "tables [[" + k.Name + "]] with " + k.subNames()}
	default:
		return k.Form.Allowed
	}
}

func (k Key) subNames() string {
	names := make([]string, len(k.Sub))
	for i, s := range k.Sub {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// DefaultFor returns the default as TOML on a machine whose policy folder is dir.
func (k Key) DefaultFor(dir string) string { return format(k.fieldOf(new(Defaults(dir)))) }

func same(s string) Text { return Text{SV: s, EN: s} }

func quoteAll(words []string, sep string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, sep)
}

// quote writes s as a TOML basic string, which strconv.Quote does not always do (TOML 1.0, "String").
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			b.WriteString(`\U` + padHex(r, 8))
		default:
			b.WriteString(`\u` + padHex(r, 4))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func padHex(r rune, width int) string {
	hex := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, width-len(hex))) + hex
}
