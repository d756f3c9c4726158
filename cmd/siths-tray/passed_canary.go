//go:build canary_tray_environment

package main

func passed(environ []string) []string { return environ }
