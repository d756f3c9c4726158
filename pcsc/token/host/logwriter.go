package host

import (
	"bytes"
	"log/slog"
)

// logWriter passes the child's lines on to the log, each cut to a length that no module can flood.
type logWriter struct {
	log *slog.Logger
	buf []byte
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
		w.log.Debug("cardhost", "says", string(line[:min(len(line), maxLogLine)]))
		w.buf = append(w.buf[:0], rest...)
	}
}
