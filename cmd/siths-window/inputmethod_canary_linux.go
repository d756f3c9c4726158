//go:build canary_window_method

package main

func noInputMethod() {}
