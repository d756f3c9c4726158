package model

import "siths-agent/ui/text"

func (v *view) button(do Do, label text.ScreenWord) Button {
	return Button{ID: do, Label: v.say(label)}
}

func (b Button) asDefault() Button {
	b.Default = true
	return b
}

func (b Button) asCancel() Button {
	b.Cancel = true
	return b
}

// close is the only button of a screen that wants nothing.
func (v *view) close() []Button {
	return []Button{v.button(DoClose, text.ScreenButtonClose).asDefault().asCancel()}
}

// helped are the buttons of a screen that may need the helpdesk.
func (v *view) helped() []Button {
	return []Button{v.button(DoDiagnostics, text.ScreenButtonDiagnostics), v.button(DoClose, text.ScreenButtonClose).asDefault().asCancel()}
}

// typed are the buttons of a screen on which something is typed.
func (v *view) typed(submit text.ScreenWord) []Button {
	return []Button{v.button(DoSubmit, submit).asDefault(), v.button(DoCancel, text.ScreenButtonCancel).asCancel()}
}

// doubted are the buttons of a question that a hasty Enter answers with no.
func (v *view) doubted() []Button {
	return []Button{v.button(DoCancel, text.ScreenButtonCancel).asDefault().asCancel(), v.button(DoTryAnyway, text.ScreenButtonTryAnyway)}
}
