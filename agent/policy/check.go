package policy

import (
	"cmp"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxShown bounds what a message repeats of a file, in bytes.
const maxShown = 80

// problem is one thing wrong with a value, while the file it stands in is not yet known.
type problem struct {
	key     string
	line    int
	fault   Fault
	got     string
	allowed Text
	hint    string
}

// assign converts v, checks it and stores it in p. With problems p is left as it was.
func (k Key) assign(p *Policy, v value) []problem {
	got, problems := k.convert(v)
	if len(problems) > 0 {
		return problems
	}
	field := reflect.ValueOf(k.field(p)).Elem()
	field.Set(reflect.ValueOf(got).Convert(field.Type()))
	return nil
}

// fieldOf returns what p holds for the key.
func (k Key) fieldOf(p *Policy) any { return reflect.ValueOf(k.field(p)).Elem().Interface() }

// defaultValue returns the default in the form a file would have it.
func (k Key) defaultValue(dir string) value {
	settings, _ := parse([]byte("v = " + k.Default))
	v := settings[0].val
	for i, item := range v.list {
		if rest, found := strings.CutPrefix(item.text, "{dir}/"); found {
			v.list[i].text = filepath.Join(dir, rest)
		}
	}
	return v
}

func (k Key) kind() kind {
	switch k.Type {
	case TypeBool:
		return kindBool
	case TypeInt:
		return kindInt
	case TypeStrings, TypeRules:
		return kindList
	default:
		return kindString
	}
}

func (k Key) convert(v value) (any, []problem) {
	if v.kind != k.kind() {
		return nil, k.wrong(v, WrongType)
	}
	switch k.Type {
	case TypeBool:
		return v.text == "true", nil
	case TypeInt:
		return k.integer(v)
	case TypeDuration:
		return k.duration(v)
	case TypeStrings:
		return k.strings(v)
	case TypeRules:
		return k.tables(v)
	default:
		return v.text, k.checkWord(v)
	}
}

// wrong is one problem with v itself.
func (k Key) wrong(v value, f Fault) []problem {
	return []problem{{key: k.Name, line: v.line, fault: f, got: v.shown(), allowed: k.Allowed()}}
}

func (k Key) integer(v value) (any, []problem) {
	n, err := strconv.ParseInt(v.text, 0, 64)
	if err != nil || n < atoi(k.Min) || n > atoi(k.Max) {
		return nil, k.wrong(v, NotAllowed)
	}
	return int(n), nil
}

// atoi reads a bound of the table of keys; a test reads them all.
func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func (k Key) duration(v value) (any, []problem) {
	d, err := ParseDuration(v.text)
	if err != nil || d < bound(k.Min) || d > bound(k.Max) {
		return nil, k.wrong(v, NotAllowed)
	}
	return d, nil
}

func bound(s string) time.Duration {
	d, _ := ParseDuration(s)
	return d
}

func (k Key) checkWord(v value) []problem {
	switch {
	case v.text == "" && k.Optional:
		return nil
	case v.text == "":
		return k.wrong(v, Empty)
	case len(k.Enum) > 0 && !slices.Contains(k.Enum, v.text):
		return k.wrong(v, NotAllowed)
	case k.Form != nil && !k.Form.valid(v.text):
		return k.wrong(v, NotAllowed)
	default:
		return nil
	}
}

func (k Key) strings(v value) (any, []problem) {
	one := k
	one.Optional = false
	words, problems := []string{}, []problem{}
	for _, item := range v.list {
		switch {
		case item.kind != kindString:
			problems = append(problems, k.wrong(item, WrongType)...)
		case slices.Contains(words, item.text):
			problems = append(problems, problem{key: k.Name, line: item.line, fault: Duplicate, got: item.shown()})
		default:
			problems = append(problems, one.checkWord(item)...)
			words = append(words, item.text)
		}
	}
	if len(v.list) == 0 && !k.Optional {
		problems = k.wrong(v, Empty)
	}
	return words, problems
}

// shown is the value as a message repeats it.
func (v value) shown() string {
	switch v.kind {
	case kindString:
		return quote(cut(v.text))
	case kindList:
		return "[...]"
	case kindTable:
		return "{...}"
	default:
		return cmp.Or(cut(v.text), "[...]")
	}
}

func cut(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "..."
}

// legible is s for a message: cut, and without characters that a terminal would act on.
func legible(s string) string { return strings.Trim(quote(cut(s)), `"`) }
