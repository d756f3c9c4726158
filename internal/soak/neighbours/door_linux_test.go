package neighbours

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const bobsUID = 61002

// service is the command that starts a second service with its socket in a folder.
func (w *world) service(run string) stack.Cmd {
	w.t.Helper()
	program, err := w.Program("siths-agentd")
	w.Must(err)
	return stack.Cmd{Path: program, Args: []string{"run", "--config", w.Service.Config(), "--state", w.Path("second"), "--run", run}}
}

// bobs makes a folder of bob's.
func (w *world) bobs(name string, mode os.FileMode) string {
	w.t.Helper()
	dir := w.Path(name)
	w.Must(os.Mkdir(dir, 0o755))
	w.Must(os.Chown(dir, bobsUID, bobsUID))
	w.Must(os.Chmod(dir, mode))
	return dir
}

func TestAServiceDoesNotListenWhereAnotherUserStands(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{NoReader: true})
	link := func(name, to string) string {
		w.Must(os.Symlink(to, w.Path(name)))
		return w.Path(name)
	}
	taken := w.Path("taken")
	w.Must(os.Mkdir(taken, 0o755))
	w.Must(os.Symlink(w.API.Socket, filepath.Join(taken, "agent.sock")))
	for name, run := range map[string]string{
		"a folder of another's":      w.bobs("bobs", 0o755),
		"a link to another's folder": link("link", w.bobs("behind", 0o755)),
		"a folder for everybody":     w.bobs("all", 0o777),
		"a socket that is answered":  filepath.Dir(w.API.Socket),
		"a link in the way":          taken,
	} {
		r := w.Run(w.service(run))
		if r.Code != 1 || !strings.Contains(r.Stderr, run) {
			t.Errorf("%s: it ended with %d: %s", name, r.Code, r.Stderr)
		}
	}
	w.Service.Kill()
	w.Must(w.Service.Start()) // over its own dead socket
	w.Snapshot()
}

func TestNoClientSpeaksToAnImpostor(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{})
	w.InsertAnna()
	w.API.Socket = filepath.Join(w.bobs("false", 0o755), "agent.sock")
	bob := w.Start(w.role("impostor", "bob"))
	w.AwaitThat("the impostor", func() bool { return strings.Contains(bob.Stderr(), "listening") })
	w.everyClientRefuses()
	bob.Kill()
	<-bob.Done()
	if told := bob.Stderr(); strings.Contains(told, "told") || !strings.Contains(told, "called") {
		t.Errorf("the impostor heard:\n%s", told)
	}
}

// everyClientRefuses tries the clients with a PIN.
func (w *world) everyClientRefuses() {
	w.t.Helper()
	typed := func(c stack.Cmd) stack.Cmd {
		c.Stdin = strings.NewReader(workplace.PIN + "\n")
		return c
	}
	ctl, err := w.Program("sithsctl")
	w.Must(err)
	module, err := w.Program("pam_siths.so")
	w.Must(err)
	w.PAM("siths-test", "auth required "+module+" socket="+w.API.Socket)
	for _, as := range []string{"", "anna"} {
		login := stack.Cmd{Path: ctl, Args: []string{"--socket", w.API.Socket, "login", "--pin-fd", "0"}, As: as}
		if r := w.Run(typed(login)); r.Code != 3 || !strings.Contains(r.Stderr, "[agent.unreachable]") {
			w.t.Errorf("sithsctl as %q: %d %s", as, r.Code, r.Stderr)
		}
		tester := stack.Cmd{Path: "pamtester", Args: []string{"siths-test", "anna", "authenticate"}, As: as}
		if r := w.Run(typed(tester)); r.Code == 0 || !strings.Contains(r.Stderr+r.Stdout, "cannot retrieve authentication info") {
			w.t.Errorf("PAM as %q: %d %s", as, r.Code, r.Stderr+r.Stdout)
		}
		if r := w.Run(typed(w.role("typist", as, "anna"))); r.Code == 0 || !strings.Contains(r.Stderr, "belongs to another user") {
			w.t.Errorf("the client as %q: %d %s", as, r.Code, r.Stderr)
		}
	}
}

func TestAnImpostorInARaceGetsNoPIN(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{NoReader: true})
	shared := w.Path("shared")
	w.Must(os.Mkdir(shared, 0o755))
	w.Must(os.Chmod(shared, 0o777|os.ModeSticky))
	api := client.Client{Socket: filepath.Join(shared, "run", "agent.sock")}
	rounds := soak.Size(4, 200)
	var ours, theirs, tries, heard int
	for range rounds {
		c := w.role("impostor", "bob", "3ms")
		c.Env = append(c.Env, socketVar+"="+api.Socket)
		bob := w.Start(c)
		second := w.Start(w.service(filepath.Join(shared, "run")))
		up := false
		w.AwaitThat("the service to be up or to have refused", func() bool {
			tries++
			_, err := api.PIN(context.Background(), apitype.PINRequest{Insertion: 1}, []byte(workplace.PIN))
			up = err == nil
			select {
			case <-second.Done():
				return true
			default:
				return up
			}
		})
		if up {
			ours++
		} else if theirs++; !strings.Contains(second.Stderr(), "listening") {
			t.Errorf("it ended with %s", second.Stderr())
		}
		bob.Kill()
		<-bob.Done()
		heard += strings.Count(bob.Stderr(), "told")
		w.Must(second.Stop())
		w.Must(os.RemoveAll(filepath.Join(shared, "run")))
	}
	if heard > 0 {
		t.Errorf("the impostor was told something %d times", heard)
	}
	soak.Report(t, soak.Row{ID: "4.4", Name: "an impostor who races the service for its socket's folder",
		Asked:   "0 PINs to the impostor, a clear refusal where it was first",
		Found:   fmt.Sprintf("%d rounds, %d PINs sent: the service was first %d times, refused %d times, the impostor was told %d", rounds, tries, ours, theirs, heard),
		Command: "make soak ONLY=TestAnImpostor"})
}

// TestTheImpostorWouldHear is the proof that the ones above can fail.
func TestTheImpostorWouldHear(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{NoReader: true})
	w.API.Socket = filepath.Join(w.bobs("false", 0o755), "agent.sock")
	bob := w.Start(w.role("impostor", "bob"))
	w.AwaitThat("the impostor", func() bool { return strings.Contains(bob.Stderr(), "listening") })
	conn, err := net.Dial("unix", w.API.Socket)
	w.Must(err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte(workplace.PIN))
	w.Must(err)
	w.AwaitThat("the impostor to hear", func() bool { return strings.Contains(bob.Stderr(), "told") })
}
