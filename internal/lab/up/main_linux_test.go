package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
	"siths-agent/internal/lab"
)

// limit is what the lab may take to come up. It is far above what it takes, which this does not measure.
const limit = time.Minute

func TestTheLabComesUpServesAndLeavesNoProcess(t *testing.T) {
	t.Parallel()
	parent, err := os.MkdirTemp("", "up-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	must(t, os.Chmod(parent, 0o755)) // the web server's user walks into it
	dir := filepath.Join(parent, "lab")
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, out, dir, nil)
		_ = out.Close()
		ended <- err
	}()
	said := &strings.Builder{}
	for buf := make([]byte, 1); !strings.Contains(said.String(), "Ctrl-C"); {
		if _, err := in.Read(buf); err != nil {
			t.Fatalf("it ended: %v; it had said: %s", <-ended, said)
		}
		said.Write(buf)
	}
	go func() { _, _ = io.Copy(io.Discard, in) }() // the rest of it
	asksForTheCard(t, dir)
	if systems, wrong := system.Load(filepath.Join(dir, "etc", "systems.d")); len(wrong) > 0 || len(systems) != 7 {
		t.Errorf("systems.d has %d systems: %v", len(systems), wrong)
	}
	if _, err := policy.Load(filepath.Join(dir, "etc", "agent.toml")); err != nil {
		t.Errorf("the agent's policy: %v", err)
	}
	if len(processes(t, dir)) == 0 {
		t.Error("no process was found while there must be some")
	}
	stop()
	must(t, <-ended)
	if left := processes(t, dir); len(left) > 0 {
		t.Errorf("these are left: %v", left)
	}
}

// asksForTheCard has the ordinary web server serve anna, by the key of her card.
func asksForTheCard(t *testing.T, dir string) {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cards", "anna", "auth.pem"), filepath.Join(dir, "cards", "anna", "auth.key"))
	must(t, err)
	root, err := os.ReadFile(filepath.Join(dir, "pki", "root.pem"))
	must(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: lab.App, Certificates: []tls.Certificate{cert}}}}
	defer client.CloseIdleConnections()
	conf, err := os.ReadFile(filepath.Join(dir, "ordinary.conf"))
	must(t, err)
	_, after, _ := strings.Cut(string(conf), "Listen 127.0.0.1:")
	port, _, _ := strings.Cut(after, "\n")
	answer, err := client.Get("https://" + net.JoinHostPort("127.0.0.1", port) + "/")
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	must(t, err)
	if !strings.Contains(string(page), "CN=anna") {
		t.Errorf("the page does not know anna: %s", page)
	}
}

// processes are those whose command line names the folder.
func processes(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	must(t, err)
	var found []string
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(line), dir) && !strings.Contains(file, "/"+strconv.Itoa(os.Getpid())+"/") {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func TestACardOpensAnAccountThatIsThere(t *testing.T) {
	me, err := user.Current()
	must(t, err)
	environ := map[string]string{}
	getenv := func(name string) string { return environ[name] }
	if got := accountFor(me.Username, getenv); got != me.Username {
		t.Errorf("an account of that name: %q", got)
	}
	if got := accountFor("nobody-has-this-name", getenv); got != me.Username {
		t.Errorf("no account of that name: %q", got)
	}
	environ["SUDO_USER"] = "erik"
	if got := accountFor("nobody-has-this-name", getenv); got != "erik" {
		t.Errorf("under sudo: %q", got)
	}
}

func TestAFolderOfSomethingElseIsNotEmptied(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "diary")
	must(t, os.WriteFile(file, nil, 0o600))
	if err := run(t.Context(), io.Discard, dir, nil); err == nil {
		t.Error("the lab took a folder with somebody's diary")
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the diary: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
