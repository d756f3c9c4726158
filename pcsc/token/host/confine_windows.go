package host

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
)

const rootDir = ""

// environment is all that a child gets: where its settings are, and what Windows programs cannot start without.
func environment(conf string) []string {
	return []string{"OPENSC_CONF=" + conf, "SystemRoot=" + os.Getenv("SystemRoot")}
}

// confine does nothing here: no child is started before socketPair has a Windows form.
func confine(*exec.Cmd) {}

func socketPair() (net.Conn, *os.File, error) {
	return nil, nil, fmt.Errorf("the cardhost pipe on Windows: %w", errors.ErrUnsupported)
}
