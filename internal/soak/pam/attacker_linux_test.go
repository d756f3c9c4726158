package pam

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// ask is one call of a program that asks PAM, as somebody with intentions.
type ask struct {
	as    string
	line  []string
	typed string
	says  string // what is printed when it lets in; "": it must not
}

// asks are the programs of the distribution that people become others with, and one that stays who it is.
func asks() map[string]ask {
	return map[string]ask{
		"su, the right PIN":               {"bob", []string{"su", "anna", "-c", "id -un"}, pin, "anna\n"},
		"su, a wrong PIN":                 {"bob", []string{"su", "anna", "-c", "id -un"}, "1", ""},
		"su to root with anna's card":     {"bob", []string{"su", "root", "-c", "id -un"}, pin, ""},
		"sudo, the right PIN":             {"anna", []string{"sudo", "-k", "-S", "id", "-un"}, pin, "root\n"},
		"sudo, no PIN":                    {"anna", []string{"sudo", "-k", "-S", "id", "-un"}, "", ""},
		"sudo by bob with anna's card":    {"bob", []string{"sudo", "-k", "-S", "id", "-un"}, pin, ""},
		"a locker of anna's":              {"anna", []string{"pamtester", "locker", "anna", "authenticate"}, pin, "successfully authenticated"},
		"a locker of anna's, a wrong PIN": {"anna", []string{"pamtester", "locker", "anna", "authenticate"}, "1", ""},
		"a locker of bob's, anna's card":  {"bob", []string{"pamtester", "locker", "anna", "authenticate"}, pin, ""},
	}
}

// evil is an environment in which everything that can be named leads to the attacker.
func evil(socket string) []string {
	env := []string{"SITHS_AGENT_SOCKET=" + socket}
	for _, name := range strings.Fields(`LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GCONV_PATH LOCPATH NLSPATH TMPDIR HOME XDG_RUNTIME_DIR
		SSL_CERT_FILE SSL_CERT_DIR DISPLAY OPENSC_CONF PKCS11_MODULE PKCS11_LOGIN_TOKEN_NAME P11_KIT_STRICT HOSTALIASES RES_OPTIONS
		http_proxy ALL_PROXY LANG LC_MESSAGES LANGUAGE PCSCLITE_CSOCK_NAME DBUS_SYSTEM_BUS_ADDRESS`) {
		env = append(env, name+"="+socket)
	}
	return append(env, "GODEBUG=gctrace=1,netdns=go", "GOTRACEBACK=crash", "GOGC=1", "GOMEMLIMIT=1", "MALLOC_CHECK_=3", "MALLOC_PERTURB_=1")
}

// surroundings are what else a caller can leave behind before the program: a line of a shell that ends in "$@", and
// whether somebody with the right PIN still gets in.
func surroundings() map[string]struct {
	line string
	lets bool
} {
	type s = struct {
		line string
		lets bool
	}
	return map[string]s{
		"nothing":                           {`exec "$@"`, true},
		"no output":                         {`exec "$@" >&- 2>&-`, false}, // nothing that could be read says that it has let in
		"no input":                          {`exec "$@" <&-`, false},
		"ignored signals":                   {`trap '' CHLD PIPE HUP TERM USR1; exec "$@"`, true},
		"blocked signals":                   {`exec env --block-signal "$@"`, true},
		"a mask that takes everything":      {`umask 777; exec "$@"`, true},
		"a folder that is gone":             {`d=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$@"`, true},
		"no cores, and no files to grow":    {`trap '' XFSZ; ulimit -c 0; ulimit -f 0; exec "$@"`, true}, // su itself writes down who failed
		"sixteen descriptors":               {`ulimit -n 16; exec "$@"`, true},
		"four descriptors":                  {`ulimit -n 4; exec "$@"`, false},
		"no further process":                {`ulimit -u 1; exec "$@"`, false},
		"descriptors that nobody asked for": {`exec 3</etc/passwd 4<&3 5<&3 6<&3 7<&3 8<&3 9<&3; exec "$@"`, true},
	}
}

func TestWhatAnAttackerLeavesForSuAndSudoReachesNothing(t *testing.T) {
	t.Parallel()
	d := &door{t: t, Workplace: workplace.Open(t, workplace.Plan{Lab: stack.Options{People: []stack.Person{
		{Name: "anna", UID: 61001, Groups: []string{"sudo"}}, {Name: "bob", UID: 61002},
	}}})}
	card := d.InsertAnna()
	// The system's own path, because a path among the module's options would win over the environment anyway.
	d.Must(os.Symlink(d.Path("agent-1", "run"), d.Path("run", "siths-agent")))
	module, err := d.Program("pam_siths.so")
	d.Must(err)
	for _, name := range []string{"su", "sudo", "locker"} {
		d.PAM(name, "auth required "+module, "account required pam_permit.so", "session required pam_permit.so")
	}
	i := startImpostor(t)
	tries, opened := 0, 0
	for n, where := range slices.Sorted(maps.Keys(surroundings())) {
		if n%soak.Size(5, 1) != 0 {
			continue
		}
		s := surroundings()[where]
		for name, a := range asks() {
			r := d.Run(stack.Cmd{Path: "sh", Args: append([]string{"-c", s.line, "sh"}, a.line...), As: a.as, Env: evil(i.socket),
				Stdin: strings.NewReader(a.typed + "\n")})
			tries++
			in := a.says != "" && strings.Contains(r.Stdout+r.Stderr, a.says)
			if in {
				opened++
			}
			if a.says == "" && r.Code == 0 || in && !(r.Code == 0) || s.lets && a.says != "" && !in || r.Code > 128 || r.Code < 0 {
				t.Errorf("%s, with %s: ended with %d: %s%s", name, where, r.Code, r.Stdout, r.Stderr)
			}
		}
	}
	if callers, spoke := i.heard(t); callers != 0 || spoke != 0 {
		t.Errorf("the impostor had %d callers, and bytes from them %d times", callers, spoke)
	}
	if rows := d.count(audit.UnlockGranted); rows < opened {
		t.Errorf("%d got in, %d unlocks are on record", opened, rows)
	}
	d.WantVerify(card, d.count(audit.UnlockGranted))
	soak.Report(t, soak.Row{ID: "4.32", Name: "su, sudo and a locker with an attacker's environment, limits, signals and descriptors", Asked: "deny or correct, no byte to the impostor",
		Found: fmt.Sprintf("%d attempts, %d let in, all of them proved; 0 callers of the impostor's socket", tries, opened), Command: "make soak ONLY=TestWhatAnAttackerLeaves"})
}
