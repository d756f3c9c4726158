package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/text"
)

const (
	bobsUID  = 61002
	goodHost = "Host: siths-agent"
)

// personal is what of anna's must not reach bob.
func personal() []string {
	return []string{"Anna", annasID, "Skövde", `"number"`, `"tries"`, `"anna"`}
}

// wantNothingPersonal checks what bob was told.
func (w *world) wantNothingPersonal(what, told string) {
	w.t.Helper()
	for _, word := range personal() {
		if strings.Contains(told, word) {
			w.t.Errorf("%s tells bob %q:\n%s", what, word, told)
		}
	}
}

func TestAnotherUserSeesNothingOfTheHolder(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	for _, args := range [][]string{{"status", "--json"}, {"status"}, {"card", "--json"}, {"card"}} {
		r := w.ctl("bob", text.EN, "", args...)
		w.wantNothingPersonal(strings.Join(args, " "), said(r))
		if own := w.ctl("anna", text.EN, "", args...); !strings.Contains(own.Stdout, "Anna Test") {
			t.Errorf("%v does not tell anna who she is: %s", args, said(own))
		}
	}
	r := w.ctl("bob", text.EN, "", "status", "--json")
	var s apitype.Snapshot
	if err := json.Unmarshal([]byte(r.Stdout), &s); err != nil || s.Phase != apitype.Unlocked || s.Card == nil {
		t.Errorf("bob sees %+v, %v", s, err)
	}
	w.wantNothingPersonal("audit show", said(w.ctl("bob", text.EN, "", "audit", "show")))
	if own := w.ctl("anna", text.EN, "", "audit", "show", "--json"); !strings.Contains(own.Stdout, string(audit.UnlockGranted)) {
		t.Errorf("anna does not see her own rows: %s", said(own))
	}
}

func TestAnotherUserCannotSpendThePINsTries(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	insertion := strconv.FormatUint(w.Snapshot().Card.Insertion, 10)
	for _, typed := range []string{pin, wrongPIN} {
		r := w.as("bob", typed, "pin", insertion)
		if !strings.Contains(r.Stdout, string(apitype.PersonWrongSession)) || strings.Contains(r.Stdout, `"ok":true`) {
			t.Errorf("bob's PIN for anna's card: %s", said(r))
		}
	}
	row := w.wantRow(audit.UnlockRefused, apitype.PersonWrongSession)
	if row.UID == nil || *row.UID != bobsUID {
		t.Errorf("the row does not say who it was: %+v", row.Row)
	}
	w.wantNothingPersonal("audit show", said(w.ctl("bob", text.EN, "", "audit", "show", "--json")))
	w.WantVerify(card, 0)
}

func TestAnotherUserIsRefusedWithARow(t *testing.T) {
	w := open(t, plan{})
	card := w.Unlocked()
	for _, c := range []struct{ verb, path, body string }{
		{"POST /v1/unlock/begin", "/v1/unlock/begin", `{"account":"anna"}`},
		{"POST /v1/lock", "/v1/lock", ""},
		{"POST /v1/session", "/v1/session", `{"account":"anna","session":"c1"}`},
	} {
		wantStatus(t, w.as("bob", request("POST", c.path, c.body, goodHost)), 403)
		row := w.AwaitRow(c.verb, func(e audit.Entry) bool { return e.Event == audit.AccessDenied && e.Reason == c.verb })
		if row.UID == nil || *row.UID != bobsUID {
			t.Errorf("the row is %+v", row.Row)
		}
	}
	for _, lang := range langs() {
		w.wantText(w.ctl("bob", lang, "", "lock"), text.Ctl(lang, text.CtlDenied))
	}
	if r := w.ctl("bob", text.EN, "", "lock"); r.Code != ctlDenied {
		t.Errorf("sithsctl lock as bob ended with %d", r.Code)
	}
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("bob made it %s", s.Phase)
	}
	w.WantVerify(card, 1)
}

func TestABrowserIsTurnedAway(t *testing.T) {
	w := open(t, plan{NoReader: true})
	get := func(headers ...string) stack.Result { return w.as("", request("GET", "/v1/snapshot", "", headers...)) }
	wantStatus(t, get(goodHost), 200)
	wantStatus(t, get(goodHost, "Origin: https://example.org"), 403)
	wantStatus(t, get(goodHost, "Origin: null"), 403)
	wantStatus(t, get(goodHost, "Referer: https://example.org/"), 403)
	wantStatus(t, get("Host: localhost"), 403)
	wantStatus(t, get("Host: siths-agent.example.org"), 403)
	wantStatus(t, get("Host: siths-agent:80"), 403)
}

func TestWhatIsOnDiskIsForItsOwnerOnly(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	log := filepath.Join(w.Service.State(), audit.FileName)
	if r := w.Run(stack.Cmd{Path: "cat", Args: []string{log}, As: "bob"}); r.Code == 0 {
		t.Errorf("bob reads the audit log: %s", r.Stdout)
	}
	info, err := os.Stat(log)
	w.Must(err)
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the log's mode is %s", info.Mode())
	}
}

// IDPrime's PIN reference is 11; VERIFY without a PIN asks for its state (ISO/IEC 7816-4, 7.5.6).
const askState = "00:20:00:11"

// verified is the card's answer that it has had the PIN.
const verified = "SW1=0x90, SW2=0x00"

// nobody is a command of a user who is on every machine, and whom our child runs as where the package is not installed.
func nobody(name string, args ...string) stack.Cmd {
	return stack.Cmd{Path: "setpriv", Args: append([]string{"--reuid=65534", "--regid=65534", "--clear-groups", name}, args...)}
}

// probe asks the card, past us, whether it has had the PIN.
func probe() stack.Cmd {
	return nobody("opensc-tool", "--reader", "0", "--card-driver", "default", "--send-apdu", askState)
}

func TestNobodyElseGetsToTheCardThatHasHadThePIN(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	r := w.Run(probe())
	if strings.Contains(said(r), verified) || r.Code == 0 {
		t.Errorf("past us: %s", said(r))
	}
	w.wantText(r, "in use")
	w.Service.Kill()
	w.AwaitThat("the reader to be free", func() bool {
		r = w.Run(probe())
		return r.Code == 0
	})
	if !strings.Contains(said(r), "SW1=") || strings.Contains(said(r), verified) {
		t.Errorf("after the service was killed the card says %s", said(r))
	}
	// The same question of a card that has had the PIN, so that the answers above mean something.
	padded := strings.ToUpper(strings.Join(hexBytes(pin, 16), ":"))
	r = w.Run(nobody("opensc-tool", "--reader", "0", "--send-apdu", "00:20:00:11:10:"+padded, "--send-apdu", askState))
	if n := strings.Count(said(r), verified); n != 2 {
		t.Errorf("with the PIN of its own, %d good answers: %s", n, said(r))
	}
}

// hexBytes writes a PIN as the card wants it: filled up with zeros.
func hexBytes(pin string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "00"
		if i < len(pin) {
			out[i] = strconv.FormatUint(uint64(pin[i]), 16)
		}
	}
	return out
}

func TestALockLeavesNothingForWhoeverIsQuick(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	p := probe()
	script := `while :; do "$@" 2>&1; done`
	thief := w.Start(stack.Cmd{Path: "sh", Args: append([]string{"-c", script, "sh", p.Path}, p.Args...)})
	w.AwaitThat("the thief to try", func() bool { return strings.Contains(thief.Stderr(), "in use") })
	for range 3 {
		w.Must(w.API.Lock(t.Context()))
		w.AwaitReopened()
		w.Unlock()
	}
	thief.Kill()
	<-thief.Done()
	if told := thief.Stderr(); strings.Contains(told, verified) {
		t.Errorf("the card told a thief that it has had the PIN:\n%s", told)
	}
}

func TestTheChildIsClosedToItsOwnUser(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	children := w.Children()
	if len(children) != 1 {
		t.Fatalf("children: %v", children)
	}
	for _, file := range []string{"mem", "environ", "maps", "fd/3"} {
		r := w.Run(nobody("dd", "if="+workplace.ProcFile(children[0], file), "of=/dev/null", "bs=1", "count=1"))
		if r.Code == 0 || !strings.Contains(said(r), "Permission denied") {
			t.Errorf("nobody reads %s of the child: %s", file, said(r))
		}
	}
	threads, err := filepath.Glob(workplace.ProcFile(children[0], "task/*/status"))
	w.Must(err)
	if len(threads) < 2 {
		t.Fatalf("threads of the child: %q", threads)
	}
	for _, thread := range threads {
		if status := workplace.ReadIfThere(thread); status != "" && !strings.Contains(status, "\nNoNewPrivs:\t1\n") {
			t.Errorf("%s can gain privileges:\n%s", thread, status)
		}
	}
}

func TestThePINLeavesNoTrace(t *testing.T) {
	w := open(t, plan{})
	w.InsertAnna()
	w.wantPAM(w.pam(attempt{typed: wrongPIN + "\n"}), pamAuthErr)
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamSuccess)
	w.Must(w.API.Lock(t.Context()))
	w.AwaitReopened()
	if r := w.login(text.EN, pin); r.Code != ctlDone {
		t.Fatal(said(r))
	}
	w.wantNoPIN("the log", w.Service.Log())
	for _, pid := range append(w.Children(), w.Service.PID()) {
		for _, file := range []string{"cmdline", "environ"} {
			w.wantNoPIN(file+" of "+workplace.ReadIfThere(workplace.ProcFile(pid, "comm")), workplace.ReadIfThere(workplace.ProcFile(pid, file)))
		}
	}
	files := 0
	w.Must(filepath.WalkDir(filepath.Dir(w.Service.State()), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files++
			w.wantNoPIN(path, workplace.ReadIfThere(path))
		}
		return err
	}))
	if files < 3 {
		t.Errorf("only %d files were looked at", files)
	}
}

// wantNoPIN looks for the PINs that were typed.
func (w *world) wantNoPIN(where, content string) {
	w.t.Helper()
	for _, typed := range []string{pin, wrongPIN} {
		if strings.Contains(content, typed) {
			w.t.Errorf("%s holds a PIN", where)
		}
	}
}
