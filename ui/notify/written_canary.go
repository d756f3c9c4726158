//go:build canary_notice_markup

package notify

func written(text string, _ bool) string { return text }
