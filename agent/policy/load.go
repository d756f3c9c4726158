package policy

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Origin says where a value comes from. The zero Origin is the built-in default.
type Origin struct {
	File string
	Line int
}

// Loaded is a policy as it was read, and where each part of it came from. It is never changed after Load.
type Loaded struct {
	Policy   Policy
	Accounts map[string]string // HSA-id to local account, from accounts.toml
	Files    []string          // what was read, in order

	origins map[string][]Origin // by key; the last one counts
	sums    []Sum
}

// source is one file's content.
type source struct {
	file string
	data []byte
}

// Load reads the policy file, then agent.toml.d/*.toml beside it in the order of their names, then accounts.toml
// beside it. A key set later replaces the whole earlier value; lists are never joined. An empty name means
// DefaultFile, which may be missing; a file that is named must exist. Every error is of type Errors.
func Load(file string) (*Loaded, error) {
	named := file != ""
	if !named {
		file = DefaultFile()
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, Errors{{File: file, What: FileUnreadable, Got: err.Error(), Err: err}}
	}
	var r reader
	dir := filepath.Dir(file)
	r.read(file, named)
	for _, name := range r.dropIns(filepath.Join(dir, "agent.toml.d")) {
		r.read(name, true)
	}
	policies := r.sources
	r.sources = nil
	r.read(filepath.Join(dir, "accounts.toml"), false)
	l, err := assemble(dir, policies, r.sources, r.errs)
	if err != nil {
		return nil, err
	}
	l.sums = sumsOf(dir, append(policies, r.sources...))
	return l, nil
}

// reader collects files and what is wrong with them.
type reader struct {
	sources []source
	errs    Errors
}

func (r *reader) read(file string, must bool) {
	data, err := readFile(file)
	if err == nil {
		r.sources = append(r.sources, source{file, data})
		return
	}
	if err.What != FileMissing || must {
		r.errs = append(r.errs, err)
	}
}

// dropIns returns the paths of dir's *.toml in the order of their names. Hidden files are left to editors.
func (r *reader) dropIns(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.errs = append(r.errs, &Error{File: dir, What: FileUnreadable, Got: err.Error(), Err: err})
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".toml") && name[0] != '.' {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}

// assemble makes a policy of file contents. It is Load without the disk.
func assemble(dir string, policies, accounts []source, errs Errors) (*Loaded, error) {
	l := &Loaded{Policy: Defaults(dir), Accounts: map[string]string{}, origins: map[string][]Origin{}}
	for _, s := range policies {
		l.Files = append(l.Files, s.file)
		errs = append(errs, inFile(s.file, l.apply(s))...)
	}
	for _, s := range accounts {
		l.Files = append(l.Files, s.file)
		errs = append(errs, inFile(s.file, l.applyAccounts(s))...)
	}
	if len(errs) == 0 { // a conflict with a value that was not taken over would mislead
		errs = l.conflicts()
	}
	if err := errs.sorted(); err != nil {
		return nil, err
	}
	return l, nil
}

func inFile(file string, problems []problem) Errors {
	var errs Errors
	for _, p := range problems {
		errs = append(errs, &Error{File: file, Line: p.line, Key: cut(p.key), What: p.fault,
			Got: p.got, Allowed: p.allowed, Hint: p.hint})
	}
	return errs
}

// apply takes over the settings of one policy file.
func (l *Loaded) apply(s source) []problem {
	settings, problems := contents(s.data)
	return append(problems, walk(settings, byName(), func(k Key, set setting) []problem {
		l.origins[k.Name] = append(l.origins[k.Name], Origin{File: s.file, Line: set.line})
		return k.assign(&l.Policy, set.val)
	})...)
}

// contents checks the encoding and the grammar of a file and returns its settings.
func contents(data []byte) ([]setting, []problem) {
	if p := checkEncoding(data); p != nil {
		return nil, []problem{*p}
	}
	settings, p := parse(data)
	if p != nil {
		return settings, []problem{*p}
	}
	return settings, nil
}

func byName() map[string]Key {
	known := map[string]Key{}
	for _, k := range Keys() {
		known[k.Name] = k
	}
	return known
}

// unknown judges a setting that is no key: a table that keys stand in is fine, everything else is not.
func unknown(s setting, known map[string]Key) []problem {
	name := s.key()
	names := slices.Sorted(maps.Keys(known))
	section := slices.ContainsFunc(names, func(k string) bool { return strings.HasPrefix(k, name+".") })
	if section && s.val.kind == kindTable {
		return nil
	}
	if section {
		return []problem{{key: name, line: s.line, fault: WrongType, got: s.val.shown(), allowed: same("[" + name + "]")}}
	}
	if s.val.kind == kindTable {
		names = sections(names)
	}
	return unknownKey(name, s.line, names)
}

func sections(keys []string) []string {
	var names []string
	for _, k := range keys {
		if section := (Key{Name: k}).Section(); section != "" {
			names = append(names, section)
		}
	}
	return slices.Compact(names)
}

// conflicts checks what no key can tell alone.
func (l *Loaded) conflicts() Errors {
	var errs Errors
	if unchecked(l.Policy) {
		errs = append(errs, l.conflict("revocation.mode", NotInProduction, quote(string(Off))))
	}
	if unmarked(l.Policy) {
		errs = append(errs, l.conflict("trust.test_marks", NotInProduction, format(l.Policy.Trust.TestMarks)))
	}
	if slices.Contains(l.Policy.Identity.Sources, "ldap") {
		errs = append(errs, l.ldapConflicts()...)
	}
	return errs
}

// ldapConflicts checks that a directory that is to be asked can be, and not in the clear.
func (l *Loaded) ldapConflicts() Errors {
	var errs Errors
	p := l.Policy.Identity.LDAP
	for _, k := range ldapKeys() {
		if k.fieldOf(&l.Policy) == "" && k.Name != "identity.ldap.ca" {
			e := l.conflict("identity.sources", KeyMissing, `identity.sources = "ldap"`)
			e.Key, e.Allowed = k.Name, k.Allowed()
			errs = append(errs, e)
		}
	}
	if strings.HasPrefix(p.URI, "ldap://") && !p.StartTLS {
		e := l.conflict("identity.ldap.start_tls", NotAllowed, "false")
		e.Allowed = Text{"true, eller en adress med ldaps://", "true, or an address with ldaps://"}
		errs = append(errs, e)
	}
	return errs
}

// conflict is a fault of a value that is allowed by itself, where the value was set.
func (l *Loaded) conflict(key string, f Fault, got string) *Error {
	at := l.origin(key)
	return &Error{File: at.File, Line: at.Line, Key: key, What: f, Got: got}
}
