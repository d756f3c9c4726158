//go:build !canary_pad_paste

package widget

// mayPaste says whether a code may come from the clipboard, where other programs read and keep it.
func mayPaste(o PadOptions) bool { return o.Paste }
