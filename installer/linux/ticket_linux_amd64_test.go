package linux

import (
	"os"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

func TestTheServiceFindsWhoGetsTicketsWhereItsUnitsPutIt(t *testing.T) {
	const path = "/run/siths-ticket.sock"
	socket, service, agentd := unit(t, ticketSocket), unit(t, ticketFile), unit(t, unitFile)
	if got := socket["ListenStream"]; !slices.Equal(got, []string{path}) || !slices.Contains(agentd["Environment"], "SITHS_TICKET_SOCKET="+path) {
		t.Errorf("it listens on %q, and is asked at %q", got, agentd["Environment"])
	}
	for key, want := range map[string]string{"SocketMode": "0600", "SocketUser": "root", "SocketGroup": "root"} {
		if got := socket[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for key, want := range map[string]string{
		"User": ticket.User, "ExecStart": "/usr/libexec/siths-agent/siths-ticket", "CapabilityBoundingSet": "",
		"NoNewPrivileges": "yes", "StartLimitIntervalSec": "0", "NoExecPaths": "/",
	} {
		if got := service[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for _, key := range []string{"Wants", "After"} {
		if !strings.Contains(strings.Join(agentd[key], " "), ticketSocket) {
			t.Errorf("the service's %s is %q", key, agentd[key])
		}
	}
}

// TestKinitWorksUnderTheRestrictionsOfWhoRunsIt: it comes as far as a card that is not there, at a KDC that is.
func TestKinitWorksUnderTheRestrictionsOfWhoRunsIt(t *testing.T) {
	t.Parallel()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), PKI: pki, Parts: []lab.Part{lab.KDC}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	config, err := os.ReadFile(l.Krb5Conf())
	if err != nil {
		t.Fatal(err)
	}
	socket, pid := underItsUnit(t, "siths-ticket", ticketFile)
	c := ticket.Client{Socket: socket}
	for name, want := range map[string]ticket.Reason{"nobody": ticket.NotMapped, "anna": ticket.CardGone} {
		_, err = c.Ask(t.Context(), ticket.Question{Principal: name, Realm: lab.Realm, Config: config, Card: "/run/none.sock", Timeout: waitLimit})
		if err == nil || !strings.HasPrefix(err.Error(), string(want)) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if log := l.Errors(lab.KDC); !strings.Contains(log, "NEEDED_PREAUTH: anna") {
		t.Errorf("kinit has not reached the KDC:\n%s", log)
	}
	if got := status(t, statusFile(pid)); got["Seccomp"] != "2" || got["CapBnd"] != "0000000000000000" || got["Name"] != "siths-ticket" {
		t.Errorf("%s has the filter %s and may have the capabilities %s", got["Name"], got["Seccomp"], got["CapBnd"])
	}
}
