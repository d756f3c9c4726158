package policy

import "slices"

// Explanation says what one key is set to and by whom.
type Explanation struct {
	Key   Key
	Value string   // TOML
	From  Origin   // the zero Origin when it is the default
	Over  []Origin // earlier files whose value was replaced, first to last
}

// Explain explains one key. A key that does not exist is an *Error with a hint.
func (l *Loaded) Explain(name string) (Explanation, error) {
	k, found := Lookup(name)
	if !found {
		var names []string
		for _, k := range Keys() {
			names = append(names, k.Name)
		}
		return Explanation{}, &Error{Key: cut(name), What: UnknownKey, Hint: hint(name, names)}
	}
	return l.explain(k), nil
}

// Show explains every key, in the order of the reference.
func (l *Loaded) Show() []Explanation {
	var all []Explanation
	for _, k := range Keys() {
		all = append(all, l.explain(k))
	}
	return all
}

func (l *Loaded) explain(k Key) Explanation {
	e := Explanation{Key: k, Value: format(k.fieldOf(&l.Policy)), From: l.origin(k.Name)}
	if set := l.origins[k.Name]; len(set) > 1 {
		e.Over = slices.Clone(set[:len(set)-1])
	}
	return e
}

func (l *Loaded) origin(key string) Origin {
	if set := l.origins[key]; len(set) > 0 {
		return set[len(set)-1]
	}
	return Origin{}
}
