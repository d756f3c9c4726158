package policy

import (
	"crypto/sha256"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"siths-agent/internal/trusted"
)

// Values is what a file says of the keys that it may hold. It is never changed once read.
type Values struct {
	file  string
	got   map[string]any // by key: bool, int, string, time.Duration or []string
	lines map[string]int // of those, and of the tables that the file has
	sum   [sha256.Size]byte
}

// ReadStrict reads a TOML file as strictly as the policy file itself: only root and the running user can have written it,
// it holds these keys and no others, and what it leaves out has its default. Keys of TypeRules are not for it.
func ReadStrict(file string, keys []Key) (Values, Errors) {
	data, err := readFile(file)
	if err != nil {
		return Values{}, Errors{err}
	}
	return ParseStrict(file, data, keys)
}

// ParseStrict is ReadStrict for a file that is read already.
func ParseStrict(file string, data []byte, keys []Key) (Values, Errors) {
	v := Values{file: file, got: map[string]any{}, lines: map[string]int{}, sum: sha256.Sum256(data)}
	known := map[string]Key{}
	for _, k := range keys {
		known[k.Name] = k
	}
	settings, problems := contents(data)
	for _, s := range settings {
		v.lines[s.key()] = s.line
	}
	problems = append(problems, walk(settings, known, v.take)...)
	for _, k := range keys {
		if _, given := v.got[k.Name]; given || hasProblem(problems, k.Name) {
			continue
		}
		if k.Default == "" {
			problems = append(problems, problem{key: k.Name, fault: KeyMissing, got: filepath.Base(file), allowed: k.Allowed()})
			continue
		}
		v.got[k.Name], _ = k.convert(k.defaultValue(""))
	}
	errs := inFile(file, problems)
	_ = errs.sorted()
	return v, errs
}

func hasProblem(problems []problem, key string) bool {
	return slices.ContainsFunc(problems, func(p problem) bool { return p.key == key })
}

func (v Values) take(k Key, s setting) []problem {
	got, problems := k.convert(s.val)
	if len(problems) == 0 {
		v.got[k.Name] = got
	}
	return problems
}

// walk gives each setting to the key of its name, and judges those that are of none. What is in a table that was refused is
// not judged too.
func walk(settings []setting, known map[string]Key, take func(Key, setting) []problem) []problem {
	var problems []problem
	refused := ""
	for _, set := range settings {
		name := set.key()
		if refused != "" && strings.HasPrefix(name, refused+".") {
			continue
		}
		wrong := unknown
		if key, found := known[name]; found {
			wrong = func(s setting, _ map[string]Key) []problem { return take(key, s) }
		}
		if found := wrong(set, known); len(found) > 0 {
			refused = name
			problems = append(problems, found...)
		}
	}
	return problems
}

// Given says whether the file itself has the key, or the table of that name.
func (v Values) Given(name string) bool { return v.lines[name] > 0 }

// Sum is the SHA-256 of the file's content, as it was when it was read.
func (v Values) Sum() [sha256.Size]byte { return v.sum }

// Value returns what a key is set to, of the Go type of its Type. A key that was refused has the zero value.
func Value[T any](v Values, key string) T {
	got, _ := v.got[key].(T)
	return got
}

// Written returns what a key is set to as TOML, and where; the zero Origin when the file leaves it out.
func (v Values) Written(key string) (string, Origin) {
	at := Origin{}
	if v.Given(key) {
		at = Origin{File: v.file, Line: v.lines[key]}
	}
	return format(v.got[key]), at
}

// With returns the values with another one for a key that the file leaves out. It has to be of the Go type of its Type.
func (v Values) With(key string, value any) Values {
	if v.Given(key) {
		return v
	}
	v.got = maps.Clone(v.got)
	v.got[key] = value
	return v
}

// Wrong is an error about a key, or a table, that the file has, with the value as it would stand there and what is allowed.
func (v Values) Wrong(key string, f Fault, got string, allowed Text) *Error {
	return &Error{File: v.file, Line: v.lines[key], Key: key, What: f, Got: got, Allowed: allowed}
}

// NewForm returns a rule for the shape of a string. allowed says what it takes.
func NewForm(allowed Text, valid func(string) bool) *Form {
	return &Form{Allowed: allowed, valid: valid}
}

// TrustFolder says what is wrong with a folder: nil when only root and the running user can put files there, or when there
// is none.
func TrustFolder(dir string) *Error {
	_, err := trusted.Resolve(dir)
	if err == nil {
		return nil
	}
	if wrong := fileError(dir, err); wrong.What != FileMissing {
		return wrong
	}
	return nil
}
