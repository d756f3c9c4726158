package pamtest

import (
	"strings"
	"testing"
)

func TestNoScriptMakesTheModuleMisuseMemory(t *testing.T) {
	t.Parallel()
	all := hostileScripts()
	all["a proof"] = []string{"hello", "ask 1 PIN: ", yes}
	all["a question without an answer"] = []string{"hello", "ask 2 ? ", "ask 1 ? ", "frame R A"}
	for name, script := range all {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.sanitized, script...)
			for _, words := range [][]string{{"type=123456", "type=2"}, {"null"}, {"type=" + strings.Repeat("x", 600)}, {"threads=2", "switch=beda"}} {
				// Run fails the test when the sanitizers end the driver, or find a leak.
				o := Run(t, p.Driver(service, "anna", append(words, "env=XDG_SESSION_ID=c1", "auth", "acct", "setcred", "open", "close", "auth")...))
				if len(o.Codes) != 5 {
					t.Errorf("%q: got %v", words, o.Codes)
				}
			}
		})
	}
}

func TestHostileApplicationsDoNotMakeTheModuleMisuseMemory(t *testing.T) {
	p := scripted(t, programs.sanitized, "hello", "ask 1 PIN: ", yes)
	for _, options := range []string{"user=card", "bad", "wait=600", "socket=/" + strings.Repeat("x", 106), "[socket=/" + strings.Repeat("x", 1000) + "]"} {
		alone(t, p, options)
		for _, user := range []string{"-", "", "anna", strings.Repeat("a", 256), strings.Repeat("a", 300), "ro\not"} {
			o := Run(t, p.Driver(service, user, "tty="+strings.Repeat("t", 5000), "type=123456", "auth", "acct"))
			if _, ok := o.Codes["acct"]; !ok {
				t.Errorf("%s %q: got %v", options, user, o.Codes)
			}
		}
	}
}
