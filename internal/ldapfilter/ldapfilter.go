// Package ldapfilter puts a person's HSA-id into the search filter that policy gives.
package ldapfilter

import (
	"errors"
	"slices"
	"strings"
)

// Placeholder stands for the HSA-id in a filter.
const Placeholder = "{hsa_id}"

// maxLength bounds a filter in bytes.
const maxLength = 1024

// ErrMisplaced is a filter in which the HSA-id is not everywhere the whole value of an equality match, or which is none.
var ErrMisplaced = errors.New("each {hsa_id} has to stand as (attribute={hsa_id}), in a filter with its parentheses in pairs")

// Filter is a filter of policy that has been checked.
type Filter struct {
	text     string
	compared []string
}

// Parse checks a filter: parentheses in pairs, and the HSA-id only as the whole value of an equality match (RFC 4515,
// section 3), so that the attributes which it is compared with are known. The error is ErrMisplaced.
func Parse(text string) (Filter, error) {
	parts := strings.Split(text, Placeholder)
	if len(parts) == 1 || len(text) > maxLength || !paired(text) {
		return Filter{}, ErrMisplaced
	}
	f := Filter{text: text}
	for i, before := range parts[:len(parts)-1] {
		name, isEqual := strings.CutSuffix(before[strings.LastIndexByte(before, '(')+1:], "=")
		if !isEqual || !isAttribute(name) || !strings.HasPrefix(parts[i+1], ")") {
			return Filter{}, ErrMisplaced
		}
		if !slices.ContainsFunc(f.compared, func(have string) bool { return strings.EqualFold(have, name) }) {
			f.compared = append(f.compared, name)
		}
	}
	return f, nil
}

// Compared returns the attributes that the HSA-id is compared with, at least one. Their names have no case.
func (f Filter) Compared() []string { return slices.Clone(f.compared) }

// For returns the filter that finds this person, whatever id is made of.
func (f Filter) For(id string) string { return strings.ReplaceAll(f.text, Placeholder, escape(id)) }

// paired says whether the whole text is one pair of parentheses, with pairs in it.
func paired(text string) bool {
	open := 0
	for i, c := range []byte(text) {
		switch c {
		case '(':
			open++
		case ')':
			open--
		}
		if open < 0 || open == 0 && i < len(text)-1 {
			return false
		}
	}
	return open == 0 && text != ""
}

// isAttribute accepts a name or an object identifier (RFC 4512, section 1.4), without options.
func isAttribute(name string) bool {
	for _, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != "" && name[0] != '-' && name[0] != '.'
}
