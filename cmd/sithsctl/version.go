package main

import (
	"context"
	"flag"
	"runtime"
	"runtime/debug"
)

func buildVersion(*flag.FlagSet) action {
	return func(_ context.Context, e *env, _ []string) error {
		return e.println("sithsctl " + version() + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH)
	}
}

// version is the version that the go command stamped into the program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
