//go:build canary_pam_result

package main

func unlisted() result { return resultSuccess }
