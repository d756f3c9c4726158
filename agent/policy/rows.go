package policy

import "slices"

// row is one table of a list of tables, by its keys. Keys that are not there are empty.
type row map[string]any

func (r row) text(key string) string {
	s, _ := r[key].(string)
	return s
}

func (r row) words(key string) []string {
	list, _ := r[key].([]string)
	return list
}

func (r row) number(key string) int {
	n, _ := r[key].(int)
	return n
}

func collect[T any](rows []row, one func(row) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = one(r)
	}
	return out
}

// tables reads a list of tables. The first key of each names it, and stands once.
func (k Key) tables(v value) (any, []problem) {
	rows, problems := []row{}, []problem{}
	name := k.Sub[0].Name
	for _, item := range v.list {
		one, wrong := k.row(item)
		same := func(r row) bool { return r.text(name) == one.text(name) && one.text(name) != "" }
		if slices.ContainsFunc(rows, same) {
			wrong = append(wrong, problem{key: k.Name + "." + name, line: item.line, fault: Duplicate, got: one.text(name)})
		}
		rows, problems = append(rows, one), append(problems, wrong...)
	}
	return k.rows(rows), problems
}

// row reads one table. Every key of it must be there unless it is optional, once, and no other.
func (k Key) row(item value) (row, []problem) {
	got := row{}
	if item.kind != kindTable {
		return got, k.wrong(item, WrongType)
	}
	var problems []problem
	for _, s := range item.table {
		v, wrong := k.subValue(s)
		got[s.key()] = v
		problems = append(problems, wrong...)
	}
	for _, sub := range k.Sub {
		if _, there := got[sub.Name]; !there && !sub.Optional {
			problems = append(problems, problem{key: k.Name + "." + sub.Name, line: item.line,
				fault: KeyMissing, got: "[[" + k.Name + "]]", allowed: sub.Allowed()})
		}
	}
	return got, problems
}

func (k Key) subValue(s setting) (any, []problem) {
	names := make([]string, len(k.Sub))
	for i, sub := range k.Sub {
		if names[i] = sub.Name; sub.Name == s.key() {
			sub.Name = k.Name + "." + sub.Name
			return sub.convert(s.val)
		}
	}
	return nil, []problem{{key: k.Name + "." + s.key(), line: s.line, fault: UnknownKey, hint: hint(s.key(), names)}}
}
