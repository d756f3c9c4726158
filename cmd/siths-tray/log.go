package main

import (
	"io"
	"log"
	"log/slog"
)

// logger writes what happens to standard error, which a desktop keeps in a file of the session. systray writes through
// package log, which ends up there too.
func logger(w io.Writer) *slog.Logger {
	l := slog.New(slog.NewTextHandler(w, nil))
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(l.Handler(), slog.LevelInfo).Writer())
	return l
}
