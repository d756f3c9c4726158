package child

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/directorylab"
)

const (
	annasID = "SE2321000131-P000000000001"
	bobsID  = "SE2321000131-P000000000002"
)

// slapd starts a directory in which everybody called by annasID is anna, and bob is there twice.
func slapd(t *testing.T, name string) (*directorylab.Slapd, *directorylab.Authority) {
	t.Helper()
	authority, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	s, err := directorylab.NewSlapd(t.Context(), t.TempDir(), authority, name, [2]int{},
		directorylab.Person{HSAIDs: []string{annasID}, Accounts: []string{"anna"}, Mappings: []string{"X509:<I>x<SR>y"}},
		directorylab.Person{HSAIDs: []string{bobsID}, Accounts: []string{"bob"}},
		directorylab.Person{HSAIDs: []string{bobsID}, Accounts: []string{"bert"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s, authority
}

// about is a question about one person.
func about(uri, id string, a *directorylab.Authority) courier.Search {
	return courier.Search{
		URI: uri, StartTLS: true, CA: a.PEM(), Base: directorylab.Base, Limit: 1,
		Bind:   courier.Bind{DN: directorylab.ReaderDN, Password: []byte(directorylab.Password)},
		Filter: strings.ReplaceAll(directorylab.Filter, "{hsa_id}", id), Attributes: []string{"hsaIdentity", "UID"},
	}
}

func TestOpenLDAPAnswersOverTLSOfBothKinds(t *testing.T) {
	t.Parallel()
	s, authority := slapd(t, "127.0.0.1")
	for _, uri := range []string{s.LDAP, s.LDAPS} {
		a, err := search(t.Context(), about(uri, annasID, authority))
		if err != nil || len(a.Entries) != 1 || a.Truncated {
			t.Fatalf("%s: %+v, %v", uri, a, err)
		}
		if e := a.Entries[0]; len(e.Values) != 2 || string(e.Values["hsaIdentity"][0]) != annasID || string(e.Values["uid"][0]) != "anna" {
			t.Errorf("%s: the entry is %q", uri, e)
		}
		if a, err := search(t.Context(), about(uri, bobsID, authority)); err != nil || len(a.Entries) != 1 || !a.Truncated {
			t.Errorf("%s: two entries give %+v, %v", uri, a, err)
		}
		if a, err := search(t.Context(), about(uri, "SE2321000131-P9", authority)); err != nil || len(a.Entries) != 0 || a.Truncated {
			t.Errorf("%s: nobody gives %+v, %v", uri, a, err)
		}
	}
}

func TestADirectoryThatPolicyDoesNotMeanIsNotAsked(t *testing.T) {
	t.Parallel()
	s, authority := slapd(t, "127.0.0.1")
	named, other := slapd(t, "dc.elsewhere.test")
	for name, c := range map[string]struct {
		change func(*courier.Search)
		want   courier.Reason
	}{
		"another name, LDAPS":    {func(q *courier.Search) { q.URI, q.CA = named.LDAPS, other.PEM() }, courier.BadTLS},
		"another name, StartTLS": {func(q *courier.Search) { q.URI, q.CA = named.LDAP, other.PEM() }, courier.BadTLS},
		"another authority":      {func(q *courier.Search) { q.CA = other.PEM() }, courier.BadTLS},
		"the system's":           {func(q *courier.Search) { q.CA = nil }, courier.BadTLS},
		"no authority":           {func(q *courier.Search) { q.CA = []byte("x") }, courier.Malformed},
		"in the clear":           {func(q *courier.Search) { q.URI, q.StartTLS = s.LDAP, false }, courier.Malformed},
		"LDAPS to the other":     {func(q *courier.Search) { q.URI = strings.Replace(s.LDAP, "ldap:", "ldaps:", 1) }, courier.Unreachable},
		"no address":             {func(q *courier.Search) { q.URI = "ldaps://" }, courier.Malformed},
		"another protocol":       {func(q *courier.Search) { q.URI = "ldapi:///tmp/x" }, courier.Malformed},
		"a wrong password":       {func(q *courier.Search) { q.Bind.Password = []byte("wrong") }, courier.Denied},
		"no password":            {func(q *courier.Search) { q.Bind.Password = nil }, courier.Malformed},
		"no limit":               {func(q *courier.Search) { q.Limit = 0 }, courier.Malformed},
		"no name":                {func(q *courier.Search) { q.Bind = courier.Bind{} }, courier.Malformed},
		"a garbled keytab":       {func(q *courier.Search) { q.Bind = courier.Bind{Keytab: []byte{5, 2, 0}} }, courier.Malformed},
		"a base that is not":     {func(q *courier.Search) { q.Base = "dc=elsewhere" }, courier.BadStatus},
		"a filter that is none":  {func(q *courier.Search) { q.Filter = "(&(" }, courier.Malformed},
	} {
		q := about(s.LDAPS, annasID, authority)
		c.change(&q)
		a, err := search(t.Context(), q)
		wantReason(t, name, a, err, c.want)
	}
}

// wantReason checks that a question has failed, and how, and that the secret is not in the words about it.
func wantReason(t *testing.T, name string, a courier.Answer, err error, want courier.Reason) {
	t.Helper()
	var f *courier.Failure
	if !errors.As(err, &f) || f.Reason != want || a.Entries != nil {
		t.Errorf("%s: %+v, %v; want %s", name, a, err, want)
		return
	}
	if strings.Contains(f.Detail, directorylab.Password) {
		t.Errorf("%s: the password is in %q", name, f.Detail)
	}
}

func TestADirectoryThatDoesNotAnswerIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	hole, err := net.Listen("tcp", "127.0.0.1:0") // connections are taken by the kernel, and nobody ever answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hole.Close() }()
	authority, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"ldap://", "ldaps://"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		a, err := search(ctx, about(scheme+hole.Addr().String(), annasID, authority))
		cancel()
		wantReason(t, scheme, a, err, courier.Late)
	}
	_ = hole.Close()
	a, err := search(t.Context(), about("ldaps://"+hole.Addr().String(), annasID, authority))
	wantReason(t, "nobody listens", a, err, courier.Unreachable)
}

func TestADirectoryThatSendsTooMuchIsCutOff(t *testing.T) {
	t.Parallel()
	authority, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	s, err := directorylab.NewSlapd(t.Context(), t.TempDir(), authority, "127.0.0.1", [2]int{},
		directorylab.Person{HSAIDs: []string{annasID}, Accounts: []string{strings.Repeat("a", maxValue+1)}},
		directorylab.Person{HSAIDs: []string{bobsID}, Accounts: []string{strings.Repeat("a", maxDirectory)}})
	if err == nil {
		err = s.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	for _, id := range []string{annasID, bobsID} {
		a, err := search(t.Context(), about(s.LDAPS, id, authority))
		wantReason(t, id, a, err, courier.TooLarge)
	}
}
