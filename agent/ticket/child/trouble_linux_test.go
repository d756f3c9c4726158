package child

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

// ahead is a library that has a program's clock run an hour ahead.
const ahead = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
time_t time(time_t *t) { struct timespec s; clock_gettime(CLOCK_REALTIME, &s); if (t) *t = s.tv_sec; return s.tv_sec; }
int gettimeofday(struct timeval *v, void *z) { (void)z; struct timespec s; clock_gettime(CLOCK_REALTIME, &s); v->tv_sec = s.tv_sec; v->tv_usec = s.tv_nsec / 1000; return 0; }
int clock_gettime(clockid_t c, struct timespec *s) {
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
	int r = real(c, s);
	if (!r && c == CLOCK_REALTIME) s->tv_sec += 3600;
	return r;
}`

// TestAKDCWhoseClockIsWrong: libkrb5 goes by the KDC's clock unless it is told not to (krb5.conf(5), kdc_timesync).
func TestAKDCWhoseClockIsWrong(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	l.Halt(lab.KDC)
	library := filepath.Join(t.TempDir(), "ahead.so")
	build := exec.CommandContext(t.Context(), "gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", library)
	build.Stdin = strings.NewReader(ahead)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	kdc := exec.CommandContext(t.Context(), "krb5kdc", "-n", "-r", lab.Realm, "-P", filepath.Join(t.TempDir(), "pid"))
	kdc.Env = []string{"LD_PRELOAD=" + library, "KRB5_CONFIG=" + l.Krb5Conf(), "KRB5_KDC_PROFILE=" + l.Path("kdc", "kdc.conf")}
	must(t, kdc.Start())
	t.Cleanup(func() { _, _ = kdc.Process.Kill(), kdc.Wait() })
	await(t, "the KDC", func() bool { return stack.Listens(kdc.Process.Pid, l.Ports[lab.KDC]) })
	q := anna.question(t, l, "anna")
	if a := anna.kinit().answer(t.Context(), q); a.Failure != nil {
		t.Errorf("a client that goes by the KDC's clock: %v", a.Failure)
	}
	q.Config = []byte(strings.Replace(string(q.Config), "[libdefaults]", "[libdefaults]\n kdc_timesync = 0", 1))
	refused(t, anna.kinit().answer(t.Context(), q), ticket.ClockSkew)
}

// await waits for what has to come.
func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ticks := time.Tick(5 * time.Millisecond); !there(); {
		select {
		case <-ticks:
		case <-ctx.Done():
			t.Fatalf("waiting for %s", what)
		}
	}
}

// TestAPasswordIsNeverAskedFor: the KDC knows a password of the account's, and kinit would rather ask for it than fail.
func TestAPasswordIsNeverAskedFor(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	must(t, l.Kadmin("addprinc -pw Lab-Anna-77 +requires_preauth elsa"))
	q := anna.question(t, l, "elsa")
	k := kinit{program: programPath, identity: func() (string, error) { return "FILE:/nonexistent", nil }}
	refused(t, k.answer(t.Context(), q), ticket.Refused)
	k.identity = virtualCard // at a socket where nobody is
	a := k.answer(t.Context(), q)
	refused(t, a, ticket.CardGone)
	if log := l.Errors(lab.KDC); strings.Contains(log, "ISSUE") {
		t.Errorf("the KDC has issued a ticket:\n%s", log)
	}
}

func TestWithoutKinitThereIsNoTicket(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	k := anna.kinit()
	k.program = "/nonexistent/kinit"
	refused(t, k.answer(t.Context(), anna.question(t, l, "anna")), ticket.NoProgram)
}

func TestAConfigurationThatIsNoneIsMalformed(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	for name, text := range map[string]string{
		"not a configuration": "[realms\n",
		"no anchors":          strings.ReplaceAll(string(anna.question(t, l, "anna").Config), l.Path("pki", "root.pem"), "/nonexistent.pem"),
	} {
		q := anna.question(t, l, "anna")
		q.Config = []byte(text)
		t.Run(name, func(t *testing.T) { refused(t, anna.kinit().answer(t.Context(), q), ticket.Malformed) })
	}
}

// script is a program in the place of kinit that writes to the cache what the shell's words say.
func script(t *testing.T, words string) kinit {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kinit")
	must(t, stack.WriteProgram(path, []byte("#!/bin/sh\nPATH=/usr/bin:/bin\nfile=${KRB5CCNAME#FILE:}\n"+words+"\n")))
	return kinit{program: path, identity: func() (string, error) { return "FILE:none", nil }}
}

func question() ticket.Question {
	return ticket.Question{Principal: "anna", Realm: lab.Realm, Config: []byte("[libdefaults]\n"), Card: "/run/card.sock", Timeout: patience}
}

func TestACacheThatIsNoneIsNotAnswered(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]ticket.Reason{
		`head -c 10000000 /dev/zero >"$file"`: ticket.TooLarge,
		`echo something >"$file"`:             ticket.Malformed,
		`: >"$file"`:                          ticket.Malformed,
		`:`:                                   ticket.Malformed,
		`exit 1`:                              ticket.Refused,
	} {
		refused(t, script(t, words).answer(t.Context(), question()), want)
	}
}

func TestAProgramThatTalksWithoutEndIsNotKept(t *testing.T) {
	t.Parallel()
	refused(t, script(t, `head -c 50000000 /dev/zero >&2; exit 1`).answer(t.Context(), question()), ticket.Refused)
}

// TestAQuestionThatEndsTakesItsProgramAlong: the whole group is ended, and its folder is gone.
func TestAQuestionThatEndsTakesItsProgramAlong(t *testing.T) {
	t.Parallel()
	started := filepath.Join(t.TempDir(), "started")
	k := script(t, fmt.Sprintf(`dirname "$file" >%[1]s.tmp; sleep 1000 & echo $! >>%[1]s.tmp; mv %[1]s.tmp %[1]s; wait`, started))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan ticket.Answer, 1)
	go func() { ended <- k.answer(ctx, question()) }()
	await(t, "the program", func() bool { _, err := os.Stat(started); return err == nil })
	cancel()
	refused(t, <-ended, ticket.Refused)
	text, err := os.ReadFile(started)
	must(t, err)
	lines := strings.Fields(string(text))
	if _, err := os.Stat(lines[0]); err == nil {
		t.Errorf("%s is left", lines[0])
	}
	await(t, "the end of its helper", func() bool { return gone(lines[1]) })
}

// gone says whether a process is gone, or nothing but its parent's to bury (proc(5), stat).
func gone(pid string) bool {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	return err != nil || strings.Contains(string(text), ") Z ")
}

func TestNothingInAQuestionBecomesAnOptionOrASetting(t *testing.T) {
	right := question()
	if err := check(right); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*ticket.Question){
		"an option":              func(q *ticket.Question) { q.Principal = "-V" },
		"no name":                func(q *ticket.Question) { q.Principal = "" },
		"a name of two lines":    func(q *ticket.Question) { q.Principal = "anna\nbob" },
		"a name with a zero":     func(q *ticket.Question) { q.Principal = "anna\x00" },
		"a name that escapes":    func(q *ticket.Question) { q.Principal = `anna\@x` },
		"a name without end":     func(q *ticket.Question) { q.Principal = strings.Repeat("a", 256) },
		"a realm of two lines":   func(q *ticket.Question) { q.Realm = "LAB\n}" },
		"a realm that is small":  func(q *ticket.Question) { q.Realm = "lab.test" },
		"a relative socket":      func(q *ticket.Question) { q.Card = "card.sock" },
		"another transport":      func(q *ticket.Question) { q.Card = "/run/x;unix:path=/run/y" },
		"a socket by detours":    func(q *ticket.Question) { q.Card = "/run/../etc/x" },
		"no configuration":       func(q *ticket.Question) { q.Config = nil },
		"a configuration of 2 M": func(q *ticket.Question) { q.Config = make([]byte, 2<<20) },
		"no time":                func(q *ticket.Question) { q.Timeout = 0 },
		"a negative lifetime":    func(q *ticket.Question) { q.Lifetime = -1 },
	} {
		q := right
		if change(&q); check(q) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestIssuersOfACardAreKnownWithoutAFile(t *testing.T) {
	pki, err := hierarchy()
	must(t, err)
	q := question()
	q.Issuers = [][]byte{pki.CA(testpki.PersonHSA3).Cert.Raw}
	r, err := newRoom(q)
	must(t, err)
	defer r.remove()
	text, err := os.ReadFile(r.path(issuers))
	if err != nil || !strings.Contains(string(text), "BEGIN CERTIFICATE") {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(string(r)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others can look into the folder: %v, %v", info, err)
	}
}
