package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/forward"
	"siths-agent/internal/directorylab"
	"siths-agent/internal/stack"
	"siths-agent/internal/sysloglab"
)

func TestALogServerGetsTheRowsOfALogin(t *testing.T) {
	w := openWithoutAgent(t, plan{})
	dir := w.Lab.Path("syslog")
	authority, err := directorylab.NewAuthority()
	if err == nil {
		err = os.Mkdir(dir, 0o755)
	}
	w.Must(err)
	server, err := sysloglab.New(dir, authority, "127.0.0.1")
	w.Must(err)
	w.Serve(stack.AgentOptions{Policy: fmt.Sprintf("[audit]\nsyslog = \"tcp+tls://%s\"\nsyslog_ca = %q\n", server.Address, filepath.Join(dir, "ca.pem"))})
	w.Unlocked() // nobody waits for a server that is not there
	path, args := server.Command()
	running, err := w.Lab.Lab.Start(t.Context(), stack.Cmd{Path: path, Args: args})
	w.Must(err)
	w.AwaitThat("the rows to be taken over", func() bool {
		at, err := forward.Cursor(w.Service.State())
		return err == nil && at.Seq > 0 && at.Seq == uint64(len(w.Rows()))
	})
	w.AwaitPhase(apitype.Unlocked)
	w.Must(running.Stop())
	log, err := os.ReadFile(filepath.Join(w.Service.State(), audit.FileName))
	w.Must(err)
	taken, err := server.Taken()
	w.Must(err)
	rows := strings.SplitAfter(string(log), "\n")
	for i, line := range taken {
		if _, row, found := strings.Cut(line, "{"); !found || "{"+row+"\n" != rows[i] {
			t.Errorf("row %d: %s", i+1, line)
		}
	}
	if len(taken) != len(rows)-1 {
		t.Errorf("%d of %d rows were taken over", len(taken), len(rows)-1)
	}
}
