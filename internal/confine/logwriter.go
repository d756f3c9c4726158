package confine

import (
	"bytes"
	"context"
	"log/slog"
)

// logWriter passes the child's lines on to the log, each cut to a length that no child can flood.
type logWriter struct {
	log   *slog.Logger
	name  string
	level slog.Level
	buf   []byte
}

const maxLogLine = 512

func (w *logWriter) Write(p []byte) (int, error) {
	if w.log == nil {
		return len(p), nil
	}
	w.buf = append(w.buf, p...)
	for {
		line, rest, found := bytes.Cut(w.buf, []byte("\n"))
		if !found && len(w.buf) <= maxLogLine {
			return len(p), nil
		}
		w.log.Log(context.Background(), w.level, w.name, "says", string(line[:min(len(line), maxLogLine)]))
		w.buf = append(w.buf[:0], rest...)
	}
}
