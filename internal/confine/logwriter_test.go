package confine

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestWhatAChildSaysIsLoggedLineByLine(t *testing.T) {
	var out bytes.Buffer
	w := &logWriter{log: slog.New(slog.NewTextHandler(&out, nil)), name: "child", level: slog.LevelInfo}
	for _, part := range []string{"one\ntw", "o\nth", strings.Repeat("r", 3*maxLogLine), "ee\n"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Errorf("%q came to %d, %v", part, n, err)
		}
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > maxLogLine+100 || !strings.Contains(line, "msg=child says=") {
			t.Errorf("a line of %d bytes: %.100s", len(line), line)
		}
	}
	if said := out.String(); !strings.Contains(said, "says=one\n") || !strings.Contains(said, "says=two\n") || len(w.buf) > maxLogLine {
		t.Errorf("it was logged as %.200s, and %d bytes wait", said, len(w.buf))
	}
}
