package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// daemonUID is the uid of the account daemon, which every Debian and Red Hat has.
const daemonUID = 1

// withDaemon gives the account daemon a card.
func (i *installation) withDaemon() {
	i.t.Helper()
	pki, err := hierarchy()
	if err != nil {
		i.t.Fatal(err)
	}
	card, err := pki.IssueCard(testpki.Person{})
	if err != nil {
		i.t.Fatal(err)
	}
	i.write("accounts.toml", "[accounts]\n"+strconv.Quote(card.Person.HSAID)+" = \"daemon\"\n")
}

// doors are the sockets at which daemon's programs find the card.
func (i *installation) doors() []string {
	return []string{filepath.Join(i.rn, "p11", "1.sock"), filepath.Join(i.rn, "ssh", "1.sock")}
}

func (i *installation) wantDoors() {
	i.t.Helper()
	for _, door := range i.doors() {
		var st syscall.Stat_t
		if err := syscall.Lstat(door, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
			i.t.Errorf("%s: mode %o, %v", door, st.Mode, err)
		}
		if os.Geteuid() == 0 && (st.Uid != daemonUID || st.Mode&0o777 != 0o600) {
			i.t.Errorf("%s is uid %d's, with mode %o", door, st.Uid, st.Mode)
		}
	}
}

func TestDoorsAreThereFromTheStartOnAndAfterACrash(t *testing.T) {
	i := install(t)
	i.withDaemon()
	s := i.start()
	i.wantDoors()
	s.signal(t, syscall.SIGKILL)
	<-s.ended
	s = i.start()
	i.wantDoors()
	s.signal(t, syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	for _, door := range i.doors() {
		if _, err := os.Lstat(door); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", door, err)
		}
	}
}

func (i *installation) writeSystem(name, text string) {
	i.t.Helper()
	if err := os.MkdirAll(filepath.Join(i.etc, "systems.d"), 0o755); err != nil {
		i.t.Fatal(err)
	}
	i.write(filepath.Join("systems.d", name+".toml"), text)
}

// shows says whether a snapshot has these systems, and whether there is something wrong with the configuration.
func shows(wrong bool, names ...string) func(apitype.Snapshot) bool {
	return func(s apitype.Snapshot) bool {
		var got []string
		for _, system := range s.Systems {
			got = append(got, system.Name)
		}
		return has(apitype.ConfigInvalid)(s) == wrong && slices.Equal(got, names)
	}
}

func TestASystemThatIsWrongIsLeftOutAtTheStartAndKeepsTheOldOnesLater(t *testing.T) {
	const good, bad = "title = \"A\"\nkind = \"ssh\"\n", "title = \"B\"\nkind = \"ssh\"\nmystery = 1\n"
	i := install(t)
	i.writeSystem("a", good)
	i.writeSystem("b", bad)
	s := i.start()
	s.await(t, "the good system", shows(true, "a"))
	i.writeSystem("b", strings.Replace(bad, "mystery = 1\n", "", 1))
	s.signal(t, syscall.SIGHUP)
	s.await(t, "both systems", shows(false, "a", "b"))
	i.writeSystem("a", bad)
	s.signal(t, syscall.SIGHUP)
	s.await(t, "both systems and a problem", shows(true, "a", "b"))
	i.removeSystem("b")
	s.signal(t, syscall.SIGHUP)
	s.await(t, "the bad file's system as it was, and none of the file that is gone", shows(true, "a"))
	i.removeSystem("a")
	i.writeSystem("b", good)
	s.signal(t, syscall.SIGHUP)
	s.await(t, "what is left", shows(false, "b"))
	s.signal(t, syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	if log := i.rows(); !strings.Contains(log, "b.toml:3") || !strings.Contains(log, "mystery") {
		t.Errorf("no row names the file, the line and the key:\n%s", log)
	}
}

func TestASystemThatIsTakenAwayIsGoneThoughPolicyHasAMistake(t *testing.T) {
	const good = "title = \"A\"\nkind = \"ssh\"\n"
	i := install(t)
	i.writeSystem("a", good)
	i.writeSystem("b", good)
	s := i.start()
	s.await(t, "both systems", shows(false, "a", "b"))
	i.write("agent.toml", "mystery = 1\n")
	i.removeSystem("b")
	s.signal(t, syscall.SIGHUP)
	s.await(t, "the one that is left, and a problem", shows(true, "a"))
	s.signal(t, syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	if log := i.rows(); strings.Count(log, `"policy.reloaded"`) != 1 || strings.Count(log, `"policy.refused"`) != 1 {
		t.Errorf("the rows do not tell that files in force have changed and others have not:\n%s", log)
	}
}

func (i *installation) removeSystem(name string) {
	i.t.Helper()
	if err := os.Remove(filepath.Join(i.etc, "systems.d", name+".toml")); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installation) rows() string {
	i.t.Helper()
	log, err := os.ReadFile(filepath.Join(i.state, "audit.jsonl"))
	if err != nil {
		i.t.Fatal(err)
	}
	return string(log)
}

// browser is a process of daemon's that calls itself the network process of Chromium, and ends with its input.
func browser(t *testing.T) (ended <-chan struct{}) {
	t.Helper()
	cmd := &exec.Cmd{Path: "/bin/sh", Args: []string{"/usr/lib/chromium/chromium", "-c", "read -r nothing", "--type=utility",
		"--utility-sub-type=network.mojom.NetworkService"}}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: daemonUID, Gid: daemonUID}}
	}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	t.Cleanup(func() { _ = in.Close(); <-done })
	return done
}

func TestWhatAKilledServicesCardHasOpenedInBrowsersIsCutAtTheNextStart(t *testing.T) {
	uid := os.Geteuid()
	if uid == 0 {
		uid = daemonUID
	}
	for what, left := range map[string]string{
		"the login of a person": `{"v":1,"desks":[{"account":"daemon","uid":` + strconv.Itoa(uid) + `}]}`,
		"what nobody can read":  `{"v":1,`,
	} {
		i := install(t)
		i.withDaemon()
		i.writeSystem("web", "title = \"W\"\nkind = \"tls\"\n[tls]\norigins = [\"https://web.example.se\"]\n")
		if err := os.MkdirAll(i.state, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(i.state, "login.json"), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		ended := browser(t)
		i.start()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("%s: the browser goes on", what)
		}
	}
}
