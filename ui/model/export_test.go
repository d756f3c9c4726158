package model

import "siths-agent/agent/apitype"

// What tests from outside of the package look at inside.
const (
	LongTip     = longTip
	LongName    = longName
	LongWord    = longWord
	MostSystems = mostSystems
	MostRows    = mostRows
	Notices     = notices
)

func IDOf(c apitype.Code) ID          { return idOf(c) }
func Stops(c apitype.Code) bool       { return stops(c) }
func Typed(c apitype.Code) bool       { return typed(c) }
func Clean(s string, most int) string { return clean(s, most) }
func ShortName(name string) string    { return shortName(name) }
