package system

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"siths-agent/agent/policy"
)

// folderName is the folder's name beside the policy file.
const folderName = "systems.d"

// maxFiles is how many systems there are at most.
const maxFiles = 256

// Folder returns the folder of the systems that belongs to a policy file. An empty name means the installed one.
func Folder(policyFile string) string {
	if policyFile == "" {
		policyFile = policy.DefaultFile()
	}
	return filepath.Join(filepath.Dir(policyFile), folderName)
}

// Load reads dir's *.toml, one system each, and returns the good ones in the order of their names, and what is wrong with
// the others. A file that only root or the running user can have written is needed, and a folder like that: when others can
// put files there, none of it counts. A folder that is missing has none.
func Load(dir string) ([]System, policy.Errors) {
	sources, wrong := Read(dir)
	return Systems(sources), wrong
}

// Read is Load for who wants to show where everything stands.
func Read(dir string) ([]Source, policy.Errors) {
	files, err := filesOf(dir)
	if err != nil {
		return nil, policy.Errors{err}
	}
	var good []Source
	var wrong policy.Errors
	for _, file := range files {
		s, errs := read(file)
		if len(errs) > 0 {
			wrong = append(wrong, errs...)
			continue
		}
		good = append(good, s)
	}
	return good, wrong
}

// filesOf returns the paths of dir's *.toml in the order of their names. Hidden files are left to editors.
func filesOf(dir string) ([]string, *policy.Error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, &policy.Error{File: dir, What: policy.FileUnreadable, Got: err.Error(), Err: err}
	}
	if err := policy.TrustFolder(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &policy.Error{File: dir, What: policy.FileUnreadable, Got: err.Error(), Err: err}
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".toml") && name[0] != '.' {
			files = append(files, filepath.Join(dir, name))
		}
	}
	if len(files) > maxFiles {
		return nil, &policy.Error{File: dir, What: policy.NotAllowed, Got: fmt.Sprintf("%d", len(files)),
			Allowed: policy.Text{SV: fmt.Sprintf("högst %d filer", maxFiles), EN: fmt.Sprintf("at most %d files", maxFiles)}}
	}
	return files, nil
}

// read reads one file. A link is refused even where root has put it there: what a system may have is to stand in one place.
func read(file string) (Source, policy.Errors) {
	if !isName(nameOf(file)) {
		return Source{}, policy.Errors{{File: legible(file), What: policy.NotAllowed, Got: legible(filepath.Base(file)),
			Allowed: policy.Text{SV: "filnamn av a-z, 0-9, - och _, högst 64 tecken, sedan .toml", EN: "file names of a-z, 0-9, - and _, at most 64 characters, then .toml"}}}
	}
	if info, err := os.Lstat(file); err == nil && isLink(info.Mode()) {
		return Source{}, policy.Errors{{File: file, What: policy.FileNotRegular, Got: file}}
	}
	v, errs := policy.ReadStrict(file, Keys())
	s, errs := build(file, v, errs)
	return Source{System: s, File: file, values: v}, errs
}

// legible is a path without characters that a terminal would act on.
func legible(file string) string { return strings.Trim(strconv.Quote(file), `"`) }

func nameOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".toml") }

// Parse makes a system of a file's content. The error is of type policy.Errors.
func Parse(file string, data []byte) (System, error) {
	v, errs := policy.ParseStrict(file, data, Keys())
	s, errs := build(file, v, errs)
	if len(errs) > 0 {
		return System{}, errs
	}
	return s, nil
}

// build makes a system of what stands in a file, unless that is wrong or contradicts itself.
func build(file string, v policy.Values, errs policy.Errors) (System, policy.Errors) {
	if len(errs) == 0 { // a contradiction to a value that was not understood would mislead
		errs = contradictions(v)
	}
	if len(errs) > 0 {
		return System{}, errs
	}
	kind := Kind(policy.Value[string](v, "kind"))
	s := System{Name: nameOf(file), Title: policy.Value[string](v, "title"), Kind: kind,
		ReplacesPassword: policy.Value[bool](v, "replaces_password"), Caller: caller(v, kind), Session: session(v, kind)}
	switch kind {
	case TLS:
		s.TLS = &TLSRule{Origins: policy.Value[[]string](v, "tls.origins"), ACR: policy.Value[string](v, "tls.acr"),
			MaxSignaturesPerMinute: policy.Value[int](v, "tls.max_signatures_per_minute")}
	case Kerberos:
		s.Kerberos = kerberos(v)
	case SSH:
		s.SSH = &SSHRule{HostKeys: policy.Value[[]string](v, "ssh.host_keys"),
			MaxSignaturesPerMinute: policy.Value[int](v, "ssh.max_signatures_per_minute")}
	}
	return s, nil
}

func caller(v policy.Values, kind Kind) Caller {
	c := Caller{Exe: policy.Value[[]string](v, "caller.exe"), Package: policy.Value[string](v, "caller.package"),
		Publisher: policy.Value[string](v, "caller.publisher"), Label: policy.Value[string](v, "caller.lsm_label"),
		MinTier: Tier(policy.Value[int](v, "caller.min_tier")), Consent: Consent(policy.Value[string](v, "caller.consent"))}
	if len(c.Exe) == 0 && c.Package == "" && c.Label == "" && c.MinTier > T0 {
		c.Exe = Programs(kind)
	}
	return c
}

func session(v policy.Values, kind Kind) Session {
	s := Session{Idle: policy.Value[time.Duration](v, "session.idle"), Absolute: policy.Value[time.Duration](v, "session.absolute")}
	for _, m := range policy.Value[[]string](v, "session.on_removal") {
		s.OnRemoval = append(s.OnRemoval, Measure(m))
	}
	if !v.Given("session.on_removal") {
		s.OnRemoval = map[Kind][]Measure{TLS: {NetService}, Kerberos: {Tickets, NetService}}[kind]
	}
	return s
}

func kerberos(v policy.Values) *KerberosRule {
	return &KerberosRule{Realm: policy.Value[string](v, "kerberos.realm"), Principal: policy.Value[string](v, "kerberos.principal"),
		Enterprise: policy.Value[bool](v, "kerberos.enterprise"), Servers: policy.Value[[]string](v, "kerberos.servers"), Config: policy.Value[string](v, "kerberos.config"),
		Lifetime: policy.Value[time.Duration](v, "kerberos.lifetime"), Timeout: policy.Value[time.Duration](v, "kerberos.timeout")}
}

// contradictions finds what no key can tell alone.
func contradictions(v policy.Values) policy.Errors {
	var errs policy.Errors
	kind := policy.Value[string](v, "kind")
	for _, k := range Kinds() {
		if at := firstOf(v, k); at != "" && string(k) != kind {
			errs = append(errs, v.Wrong(at, policy.NotAllowed, at, same(`kind = "`+string(k)+`"`)))
		}
	}
	if Tier(policy.Value[int](v, "caller.min_tier")) == T2 && policy.Value[string](v, "caller.lsm_label") == "" {
		errs = append(errs, v.Wrong("caller.min_tier", policy.NotAllowed, "2", policy.Text{SV: "2 med lsm_label", EN: "2 with lsm_label"}))
	}
	return errs
}

// firstOf returns the table, or the key, by which a file speaks of a kind; nothing when it does not.
func firstOf(v policy.Values, k Kind) string {
	if v.Given(string(k)) {
		return string(k)
	}
	for _, key := range Keys() {
		if key.Section() == string(k) && v.Given(key.Name) {
			return key.Name
		}
	}
	return ""
}

func same(s string) policy.Text { return policy.Text{SV: s, EN: s} }
