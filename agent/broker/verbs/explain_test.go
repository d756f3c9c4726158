package verbs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/ticket"
)

// told is an explanation on one line.
func told(e apitype.Explanation) string {
	parts := []string{fmt.Sprint(e.Allowed)}
	for _, c := range e.Checks {
		parts = append(parts, fmt.Sprintf("%s %v: %s, %s", c.What, c.Met, strings.Join(c.Wanted, " "), c.Seen))
	}
	return strings.Join(parts, "; ")
}

func TestAProgramIsExplained(t *testing.T) {
	own, other := uint32(anna), uint32(bert)
	const open = "login true: , ; time true: , ; user true: 1000, 1000; session true: c1, c1; tier true: T1, T1; "
	cases := map[string]struct {
		of   *uint32
		req  apitype.ExplainRequest
		want string
	}{
		"a process": {&own, apitype.ExplainRequest{PID: anna},
			"true; " + open + "exe true: /usr/bin/chromium, /usr/bin/chromium; package true: chromium, chromium; consent true: first-use-per-insertion, "},
		"a file": {&own, apitype.ExplainRequest{Program: "/usr/bin/curl"},
			"false; " + open + "exe false: /usr/bin/chromium, /usr/bin/curl; package false: chromium, ; consent true: first-use-per-insertion, "},
		"nothing": {nil, apitype.ExplainRequest{},
			"false; " + strings.Replace(open, "tier true: T1, T1", "tier false: T1, T0", 1) + "exe false: /usr/bin/chromium, ; package false: chromium, ; consent true: first-use-per-insertion, "},
		"a process that is not there": {nil, apitype.ExplainRequest{PID: 7}, "false; process false: , "},
		"another's, by helpdesk": {nil, apitype.ExplainRequest{PID: bert},
			"false; " + strings.Replace(open, "user true: 1000, 1000", "user false: 1000, 1001", 1) +
				"exe true: /usr/bin/chromium, /usr/bin/chromium; package true: chromium, chromium; consent true: first-use-per-insertion, "},
	}
	w := newWorld(t)
	w.login(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e, err := w.Explain(t.Context(), c.of, "journal", c.req)
			if err != nil || told(e) != c.want {
				t.Errorf("%v, %s\nwant %s", err, told(e), c.want)
			}
			if e.Title != "Journalen" || e.Rule != "/etc/journal.toml" || e.Why != "" {
				t.Errorf("%+v", e)
			}
		})
	}
	_, err := w.Explain(t.Context(), &other, "journal", apitype.ExplainRequest{PID: anna})
	wantCode(t, err, apitype.SystemDenied)
	_, err = w.Explain(t.Context(), nil, "nothing", apitype.ExplainRequest{})
	wantCode(t, err, apitype.SystemUnknown)
}

func TestBeforeTheLoginThePINIsWhatStandsInTheWay(t *testing.T) {
	w := newWorld(t)
	e, err := w.Explain(t.Context(), nil, "servrar", apitype.ExplainRequest{PID: anna})
	if err != nil || e.Allowed || e.Why != apitype.PINNeeded || !slices.ContainsFunc(e.Checks, func(c apitype.Check) bool { return c.What == "login" && !c.Met }) {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestWhyASystemIsClosedHasItsCode(t *testing.T) {
	of := func(r ticket.Reason) error { return fmt.Errorf("getting a ticket: %w", &ticket.Failure{Reason: r}) }
	cases := map[error]string{
		of(ticket.Unreachable): "network.down unreachable", of(ticket.Late): "network.down late", of(ticket.ClockSkew): "idp.refused clock-skew",
		of(ticket.WrongKDC): "idp.refused wrong-kdc", of(ticket.NotMapped): "person.unmapped not-mapped", of(ticket.Revoked): "cert.revoked revoked",
		of(ticket.Expired): "cert.expired expired", of(ticket.Untrusted): "cert.untrusted untrusted", of(ticket.CardGone): "card.silent card-gone",
		of(ticket.Refused): "idp.refused refused", of(ticket.NoProgram): "config.invalid no-program", of(ticket.Malformed): "config.invalid malformed",
		of(ticket.TooLarge): "config.invalid too-large", &kerberos.Nameless{Word: "upn"}: "person.unmapped no-name",
		&broker.Over{Rule: broker.RuleIdle}: "pin.needed idle", broker.ErrUnwritten: "audit.unwritable ", errors.New("other"): "config.invalid ",
		&broker.Denied{}: "system.denied ",
	}
	for err, want := range cases {
		s := Shown(broker.Status{Name: "katalog", State: broker.Refused, Why: err})
		if got := string(s.Why) + " " + s.Reason; got != want || s.State != "denied" {
			t.Errorf("%v is shown as %q, want %q", err, got, want)
		}
	}
}
