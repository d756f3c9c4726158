package policy

import (
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxDepth bounds the brackets open at one time. The TOML reader recurses into each and takes more than
// a second for a file of nothing but brackets.
const maxDepth = 64

// kind is the shape of a value in a file.
type kind int

const (
	kindOther kind = iota // floats and dates, which no key takes
	kindString
	kindInt
	kindBool
	kindList
	kindTable
)

// value is one value as the file has it.
type value struct {
	kind  kind
	line  int
	text  string    // of strings (decoded), and of all other scalars as written
	list  []value   // of kindList
	table []setting // of kindTable
}

// setting is one key with its value.
type setting struct {
	path []string
	line int
	val  value
}

func (s setting) key() string { return joinKey(s.path) }

// document is one TOML file taken apart: its settings in order, tables flattened, and its headers.
type document struct {
	settings []setting
	prefix   []string       // of the table being read
	element  int            // index+1 in settings of the array of tables being read, 0 when none
	arrays   map[string]int // the same for all arrays of tables so far
	newlines []int          // offsets
	parser   unstable.Parser
}

// parse takes a TOML file apart. The error is a problem with a line; what could be read before it is returned too.
func parse(data []byte) ([]setting, *problem) {
	if line := tooDeep(data); line > 0 {
		return nil, &problem{line: line, fault: TooDeep}
	}
	d := document{arrays: map[string]int{}}
	for i, b := range data {
		if b == '\n' {
			d.newlines = append(d.newlines, i)
		}
	}
	d.parser.Reset(data)
	for d.parser.NextExpression() {
		d.expression(d.parser.Expression())
	}
	return d.settings, grammar(data)
}

// grammar asks the TOML library whether the whole file is TOML 1.0, redefined keys and tables included.
func grammar(data []byte) *problem {
	err := toml.Unmarshal(data, &map[string]any{})
	if err == nil {
		return nil
	}
	p := &problem{fault: Syntax, got: legible(strings.TrimPrefix(err.Error(), "toml: "))}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		p.line, _ = at.Position()
		return p
	}
	p.line = redefinedLine(data)
	return p
}

// redefinedLine finds the line of the first redefinition, which the library reports without a position: it is
// the last line of the shortest beginning of the file that gives the same sort of error.
func redefinedLine(data []byte) int {
	lines := strings.SplitAfter(string(data), "\n")
	n := sort.Search(len(lines), func(n int) bool {
		err := toml.Unmarshal([]byte(strings.Join(lines[:n], "")), &map[string]any{})
		var at *toml.DecodeError
		return err != nil && !errors.As(err, &at)
	})
	return max(1, n)
}

func (d *document) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		path, line := d.path(n)
		d.prefix, d.element = path, 0
		d.add(setting{path: path, line: line, val: value{kind: kindTable, line: line}})
	case unstable.ArrayTable:
		d.startElement(d.path(n))
	case unstable.KeyValue:
		d.keyValue(n)
	}
}

// startElement opens one more [[path]].
func (d *document) startElement(path []string, line int) {
	at, known := d.arrays[joinKey(path)]
	if !known {
		d.add(setting{path: path, line: line, val: value{kind: kindList, line: line}})
		at = len(d.settings)
		d.arrays[joinKey(path)] = at
	}
	list := &d.settings[at-1].val
	list.list = append(list.list, value{kind: kindTable, line: line})
	d.prefix, d.element = path, at
}

func (d *document) keyValue(n *unstable.Node) {
	path, line := d.path(n)
	s := setting{path: path, line: line, val: d.value(n.Value(), line)}
	if d.element > 0 {
		list := d.settings[d.element-1].val.list
		last := &list[len(list)-1]
		last.table = append(last.table, s)
		return
	}
	s.path = slices.Concat(d.prefix, s.path)
	d.flatten(s)
}

// flatten adds a setting, or, when it is an inline table, the settings in it.
func (d *document) flatten(s setting) {
	d.add(setting{path: s.path, line: s.line, val: s.val})
	if s.val.kind != kindTable {
		return
	}
	for _, inner := range s.val.table {
		inner.path = slices.Concat(s.path, inner.path)
		d.flatten(inner)
	}
}

func (d *document) add(s setting) { d.settings = append(d.settings, s) }

// path returns the key of a table header or key-value pair and the line it stands on.
func (d *document) path(n *unstable.Node) ([]string, int) {
	var path []string
	line := 0
	for it := n.Key(); it.Next(); {
		if line == 0 {
			line = d.line(it.Node().Raw)
		}
		path = append(path, string(it.Node().Data))
	}
	return path, line
}

func (d *document) line(r unstable.Range) int {
	before, _ := slices.BinarySearch(d.newlines, int(r.Offset))
	return before + 1
}

// value converts a node. Nodes that do not know where they stand get the line of what they belong to.
func (d *document) value(n *unstable.Node, line int) value {
	if n.Raw.Length > 0 {
		line = d.line(n.Raw)
	}
	v := value{line: line, text: string(n.Data)}
	switch n.Kind {
	case unstable.String:
		v.kind = kindString
	case unstable.Integer:
		v.kind = kindInt
	case unstable.Bool:
		v.kind = kindBool
	case unstable.Array:
		v.kind = kindList
		for it := n.Children(); it.Next(); {
			v.list = append(v.list, d.value(it.Node(), line))
		}
	case unstable.InlineTable:
		v.kind = kindTable
		for it := n.Children(); it.Next(); {
			path, at := d.path(it.Node())
			v.table = append(v.table, setting{path: path, line: at, val: d.value(it.Node().Value(), at)})
		}
	}
	return v
}

// joinKey writes a key as TOML does: parts that are no bare keys are quoted (TOML 1.0, "Keys").
func joinKey(path []string) string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = part
		if !bare(part) {
			parts[i] = strconv.Quote(part)
		}
	}
	return strings.Join(parts, ".")
}

func bare(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", r) {
			return false
		}
	}
	return s != ""
}
