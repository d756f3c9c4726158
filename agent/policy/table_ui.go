package policy

func uiKeys() []Key {
	return []Key{{
		Name: "ui.pin_paste", Type: TypeBool, Since: first,
		Default: `false`,
		Doc: Text{
			SV: "Om en kod får klistras in i fönstret. Den ligger då i urklipp, där andra program kan läsa den; tillåt det för den som inte kan skriva koden.",
			EN: "Whether a code may be pasted into the window. It is then on the clipboard, where other programs can read it; allow it for who cannot type it."},
		field: func(p *Policy) any { return &p.UI.PINPaste },
	}}
}
