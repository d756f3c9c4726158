package report

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// row is what a report reads of an audit row. Its bytes are the line's.
type row struct {
	time      time.Time
	event     []byte
	insertion uint64
	hsaID     []byte
	loa       int
	code      []byte
	systems   []byte // as in the line, without brackets
	replaces  bool   // a password
}

// scan reads one line. Lines as the service writes them, which is nearly all, are read without a general JSON parser.
func scan(line []byte) (row, error) {
	var r row
	if r.quickly(line) {
		return r, nil
	}
	return slowly(line)
}

// slowly reads any JSON object.
func slowly(line []byte) (row, error) {
	var v struct {
		Time      time.Time `json:"time"`
		Event     string    `json:"event"`
		Insertion uint64    `json:"insertion"`
		HSAID     string    `json:"hsa_id"`
		LoA       int       `json:"loa"`
		Code      string    `json:"code"`
		Systems   []string  `json:"systems"`
		Replaces  bool      `json:"replaces_password"`
	}
	if err := json.Unmarshal(line, &v); err != nil {
		return row{}, err
	}
	return row{v.Time, []byte(v.Event), v.Insertion, []byte(v.HSAID), v.LoA, []byte(v.Code), listed(v.Systems), v.Replaces}, nil
}

// listed writes words as they stand in a line's list.
func listed(words []string) []byte {
	if len(words) == 0 {
		return nil
	}
	return []byte(`"` + strings.Join(words, `","`) + `"`)
}

// quickly reads a flat object of plain strings, lists of them, whole numbers and true, without blanks. It says no to anything else.
func (r *row) quickly(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("{"))
	for ok {
		var key, value []byte
		var text bool
		if key, rest, ok = plainString(rest); !ok || len(rest) == 0 || rest[0] != ':' {
			return false
		}
		if value, rest, text, ok = plainValue(rest[1:]); !ok || !r.set(key, value, text) || len(rest) == 0 {
			return false
		}
		if rest[0] == '}' {
			return len(rest) == 1
		}
		ok = rest[0] == ','
		rest = rest[1:]
	}
	return false
}

// set takes one field. A name that differs in case only, which a general parser takes too, is not for here.
func (r *row) set(key, value []byte, text bool) bool {
	switch string(key) {
	case "time":
		t, err := time.Parse(time.RFC3339Nano, string(value))
		r.time = t
		return text && err == nil && strictTime(value)
	case "event":
		r.event = value
		return text
	case "hsa_id":
		r.hsaID = value
		return text
	case "code":
		r.code = value
		return text
	case "insertion":
		n, err := strconv.ParseUint(string(value), 10, 64)
		r.insertion = n
		return !text && err == nil
	case "systems":
		r.systems = value
		return !text && len(value) > 0 && value[0] == '"'
	case "replaces_password":
		r.replaces = true
		return !text && string(value) == "true"
	case "loa":
		n, err := strconv.Atoi(string(value))
		r.loa = n
		return !text && err == nil
	}
	return isLower(key)
}

// plainList reads a list of at least one plain string, from behind its bracket on. Its value is without the brackets.
func plainList(b []byte) (value, rest []byte, ok bool) {
	rest = b
	for {
		if _, rest, ok = plainString(rest); !ok || len(rest) == 0 {
			return nil, nil, false
		}
		if rest[0] == ']' {
			return b[:len(b)-len(rest)], rest[1:], true
		}
		if rest[0] != ',' {
			return nil, nil, false
		}
		rest = rest[1:]
	}
}

// strictTime accepts times as the service writes them, "2026-11-22T06:00:01.5Z", and of those that time.Parse takes no
// others.
func strictTime(s []byte) bool {
	return len(s) >= len("2026-11-22T06:00:01Z") && s[13] == ':' && s[len(s)-1] == 'Z' && bytes.IndexByte(s, ',') < 0
}

func isLower(key []byte) bool {
	for _, c := range key {
		if (c < 'a' || c > 'z') && c != '_' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// plainString reads a string that stands for itself, from its first quotation mark on.
func plainString(b []byte) (value, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	ascii := true
	for i, c := range b[1:] {
		switch {
		case c == '"':
			value, rest = b[1:i+1], b[i+2:]
			return value, rest, ascii || utf8.Valid(value)
		case c == '\\' || c < ' ':
			return nil, nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, nil, false
}

// plainValue reads a plain string, a list of them, a whole number or true.
func plainValue(b []byte) (value, rest []byte, text, ok bool) {
	if value, rest, ok := plainString(b); ok {
		return value, rest, true, true
	}
	if rest, ok := bytes.CutPrefix(b, []byte("[")); ok {
		value, rest, ok := plainList(rest)
		return value, rest, false, ok
	}
	if rest, ok := bytes.CutPrefix(b, []byte("true")); ok {
		return b[:len(b)-len(rest)], rest, false, true
	}
	digits := bytes.TrimPrefix(b, []byte("-"))
	sign := len(b) - len(digits)
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		n++
	}
	if n == 0 || n > 18 || n > 1 && digits[0] == '0' {
		return nil, nil, false, false
	}
	return b[:sign+n], b[sign+n:], false, true
}
