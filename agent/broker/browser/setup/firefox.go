package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
)

// firefoxFile is the one file of policy that Firefox reads, so that it is shared with everybody who sets policy.
const firefoxFile = "/etc/firefox/policies/policies.json"

// choosesPath is the preference that has Firefox pick the one certificate that fits, without a question.
func choosesPath() []string {
	return []string{"policies", "Preferences", "security.default_personal_cert"}
}

func devicesPath() []string { return []string{"policies", "SecurityDevices"} }

func choosesByItself() map[string]any {
	return map[string]any{"Value": "Select Automatically", "Status": "locked"}
}

// merged is Firefox's policy with our part, and what of it is ours.
type merged struct {
	file   File
	claims []claim
}

// firefox takes out what was put in before, and puts in what is to be there now.
func (c Computer) firefox(before []claim, module string) (merged, []Note, error) {
	path := c.path(firefoxFile)
	doc, old, err := readFirefox(path)
	if err != nil {
		return merged{}, nil, err
	}
	takeBack(doc, before)
	wanted, err := c.firefoxClaims(module)
	if err != nil {
		return merged{}, nil, err
	}
	moveDevices(doc)
	m := merged{file: File{Path: path}}
	if old == nil || madeWhole(before) {
		m.claims = []claim{{Made: true}}
	}
	for _, w := range wanted {
		did, err := w.put(doc)
		if err != nil {
			return merged{}, nil, &FirefoxError{Path: path, Err: err}
		}
		m.claims = append(m.claims, did...)
	}
	m.file.Data, err = render(doc, old)
	return m, firefoxNotes(path, doc, wanted), err
}

func (c Computer) withoutFirefox(before []claim) (File, error) {
	path := c.path(firefoxFile)
	doc, old, err := readFirefox(path)
	if err != nil {
		return File{}, err
	}
	takeBack(doc, before)
	if len(doc) == 0 && (old == nil || madeWhole(before)) {
		return File{Path: path, Gone: true}, nil
	}
	data, err := render(doc, old)
	return File{Path: path, Data: data}, err
}

// madeWhole says whether there was no file before ours: that claim has no path.
func madeWhole(claims []claim) bool { return len(claims) > 0 && len(claims[0].Path) == 0 }

func (c Computer) firefoxClaims(module string) ([]claim, error) {
	claims := []claim{{Path: append(devicesPath(), "Add", ModuleName), Value: module}}
	servers, err := tlsServers(c.Systems)
	if err != nil {
		return nil, err
	}
	if len(servers) > 0 {
		claims = append(claims, claim{Path: choosesPath(), Value: choosesByItself()})
	}
	hosts, err := ticketServers(c.Systems)
	for _, host := range hosts {
		domain, below := strings.CutPrefix(host, "*.")
		if below && slices.Contains(hosts, domain) {
			continue
		}
		if below {
			domain = "." + domain
		}
		claims = append(claims, claim{Path: spnegoPath(), Item: true, Value: domain})
	}
	return claims, err
}

// spnegoPath is the list of servers that get tickets: a name means the names below it, too, unless it begins with a dot
// (netwerk/base/HttpAuthUtils.cpp).
func spnegoPath() []string { return []string{"policies", "Authentication", "SPNEGO"} }

// moveDevices writes modules of the older form {"name": "path"} in the newer one: Firefox reads no module of the older form
// beside an "Add" (Policies.sys.mjs, SecurityDevices).
func moveDevices(doc map[string]any) {
	policies, _ := doc["policies"].(map[string]any)
	devices, _ := policies["SecurityDevices"].(map[string]any)
	if devices == nil || devices["Add"] != nil || devices["Delete"] != nil {
		return
	}
	add := map[string]any{}
	for name, path := range devices {
		add[name] = path
	}
	if len(add) > 0 {
		policies["SecurityDevices"] = map[string]any{"Add": add}
	}
}

// firefoxNotes says where somebody else's word stands against ours. Theirs is kept.
func firefoxNotes(path string, doc map[string]any, wanted []claim) []Note {
	var notes []Note
	for _, w := range wanted {
		if at, there := lookup(doc, w.Path); there && !w.Item && !reflect.DeepEqual(at, w.Value) {
			notes = append(notes, Note{Kind: KeptOther, Path: path, Detail: w.Path[len(w.Path)-1]})
		}
	}
	return notes
}

func lookup(doc map[string]any, path []string) (any, bool) {
	var at any = doc
	for _, key := range path {
		object, isObject := at.(map[string]any)
		if !isObject {
			return nil, false
		}
		next, there := object[key]
		if !there {
			return nil, false
		}
		at = next
	}
	return at, true
}

// FirefoxError says that the policy file cannot be added to, and is as it was.
type FirefoxError struct {
	Path string
	Err  error
}

func (e *FirefoxError) Error() string { return fmt.Sprintf("adding to %s: %v", e.Path, e.Err) }
func (e *FirefoxError) Unwrap() error { return e.Err }

func readFirefox(path string) (map[string]any, []byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, nil, nil
	}
	if err != nil {
		return nil, nil, &FirefoxError{Path: path, Err: err}
	}
	doc, err := parseObject(data)
	if err != nil {
		return nil, nil, &FirefoxError{Path: path, Err: err}
	}
	return doc, data, nil
}

// parseObject reads one JSON object. Numbers are kept as they are written.
func parseObject(data []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc map[string]any
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(dec.InputOffset(), int64(len(data)))], []byte("\n")), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the end")
	}
	if doc == nil {
		return nil, &ShapeError{Key: "the whole", Want: "object"}
	}
	return doc, nil
}

// render writes a document, or gives back what is there when that says the same.
func render(doc map[string]any, old []byte) ([]byte, error) {
	if old != nil {
		if was, err := parseObject(old); err == nil && reflect.DeepEqual(was, doc) {
			return old, nil
		}
	}
	return marshal(doc)
}
