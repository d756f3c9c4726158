package setup

import (
	"reflect"
	"slices"
)

// claim is one thing that was put into a JSON file of others.
type claim struct {
	Path  []string `json:"path,omitempty"` // none: the file itself, with Made
	Value any      `json:"value,omitempty"`
	Item  bool     `json:"item,omitempty"` // Value is an element of the list at Path
	Made  bool     `json:"made,omitempty"` // what lies at Path was empty before: it goes when it is empty again
}

// ShapeError says that a file has something else at a place than the program that reads it allows.
type ShapeError struct {
	Key  string
	Want string
}

func (e *ShapeError) Error() string { return e.Key + " is no " + e.Want }

// put adds the claim to a document. It returns what it did, which is nothing where somebody else has done so before.
func (c claim) put(doc map[string]any) (did []claim, err error) {
	parent, did, err := makeParents(doc, c.Path[:len(c.Path)-1])
	if err != nil {
		return nil, err
	}
	key := c.Path[len(c.Path)-1]
	there, taken := parent[key]
	if !c.Item {
		if taken {
			return did, nil
		}
		parent[key] = c.Value
		return append(did, c), nil
	}
	list, isList := there.([]any)
	switch {
	case taken && !isList:
		return nil, &ShapeError{Key: key, Want: "list"}
	case !taken:
		did = append(did, claim{Path: c.Path, Made: true})
	case slices.ContainsFunc(list, func(v any) bool { return reflect.DeepEqual(v, c.Value) }):
		return did, nil
	}
	parent[key] = append(list, c.Value)
	return append(did, c), nil
}

// makeParents walks down a path of objects, and makes those that are missing.
func makeParents(at map[string]any, path []string) (map[string]any, []claim, error) {
	var did []claim
	for i, key := range path {
		next, there := at[key]
		if !there {
			next = map[string]any{}
			at[key] = next
			did = append(did, claim{Path: slices.Clone(path[:i+1]), Made: true})
		}
		object, isObject := next.(map[string]any)
		if !isObject {
			return nil, nil, &ShapeError{Key: key, Want: "object"}
		}
		at = object
	}
	return at, did, nil
}

// takeBack removes the claims from a document, the last first. What others have changed since is theirs.
func takeBack(doc map[string]any, claims []claim) {
	for _, c := range slices.Backward(claims) {
		if len(c.Path) > 0 {
			c.takeBack(doc)
		}
	}
}

func (c claim) takeBack(at map[string]any) {
	for _, key := range c.Path[:len(c.Path)-1] {
		next, isObject := at[key].(map[string]any)
		if !isObject {
			return
		}
		at = next
	}
	key := c.Path[len(c.Path)-1]
	switch {
	case c.Made:
		if isEmpty(at[key]) {
			delete(at, key)
		}
	case c.Item:
		if list, isList := at[key].([]any); isList {
			at[key] = slices.DeleteFunc(list, func(v any) bool { return reflect.DeepEqual(v, c.Value) })
		}
	case reflect.DeepEqual(at[key], c.Value):
		delete(at, key)
	}
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
