package diagpage

import (
	"siths-agent/agent/diag"
	"siths-agent/ui/text"
)

// Pack makes the bundle of a page: the page in both languages and for programs, and the list of its files. Errors are as
// diag.Pack's.
func Pack(p diag.Page) (*diag.Bundle, error) {
	return diag.Pack(p, file(text.SV), file(text.EN))
}

// file is the page for people who read a language, as a file of a bundle.
func file(l text.Lang) diag.Text {
	return diag.Text{Name: "page." + string(l) + ".txt", Holds: text.Ctl(text.EN, text.CtlBundleText),
		Write: func(p diag.Page) string { return Text(l, p) }}
}

// Holds says what is in a file of a bundle, by its name.
func Holds(l text.Lang, name string) string {
	switch name {
	case diag.ManifestName:
		return text.Ctl(l, text.CtlBundleList)
	case diag.PageName:
		return text.Ctl(l, text.CtlBundlePage)
	}
	return text.Ctl(l, text.CtlBundleText)
}
