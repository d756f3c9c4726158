package child

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/courier"

	"github.com/go-ldap/ldap/v3"
)

const (
	// maxDirectory is what a directory may send for one question, in bytes, and maxValue one value of an entry.
	maxDirectory, maxValue = 256 << 10, 4 << 10
	// maxValues is how many values an entry may have of one attribute.
	maxValues = 256
)

// search asks a directory one thing and says goodbye. Referrals are not followed: they would lead to a server that policy
// does not name. The error is a *courier.Failure.
func search(ctx context.Context, s courier.Search) (courier.Answer, error) {
	if s.Limit < 1 {
		return courier.Answer{}, malformed("a search without a limit")
	}
	line, err := dialDirectory(ctx, s)
	if err != nil {
		return courier.Answer{}, err
	}
	defer line.close()
	if err := line.bind(ctx, s.Bind); err != nil {
		return courier.Answer{}, line.failure(ctx, err)
	}
	result, err := line.ldap.Search(searchRequest(ctx, s))
	truncated := ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded)
	if err != nil && !truncated {
		return courier.Answer{}, line.failure(ctx, err)
	}
	return entriesOf(result.Entries, s, truncated)
}

// searchRequest asks for one entry more than is wanted, so that there being more is seen.
func searchRequest(ctx context.Context, s courier.Search) *ldap.SearchRequest {
	seconds := 1
	if end, ok := ctx.Deadline(); ok {
		seconds = max(1, int(time.Until(end)/time.Second))
	}
	return ldap.NewSearchRequest(s.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, s.Limit+1, seconds, false,
		s.Filter, s.Attributes, nil)
}

// entriesOf takes over what was asked for.
func entriesOf(found []*ldap.Entry, s courier.Search, truncated bool) (courier.Answer, error) {
	a := courier.Answer{Truncated: truncated || len(found) > s.Limit}
	for _, e := range found[:min(len(found), s.Limit)] {
		entry := courier.Entry{DN: strings.ToValidUTF8(e.DN, "?"), Values: map[string][][]byte{}}
		for _, attribute := range e.Attributes {
			if !isAsked(s.Attributes, attribute.Name) {
				continue
			}
			if isTooMuch(attribute.ByteValues) {
				return courier.Answer{}, &courier.Failure{Reason: courier.TooLarge, Detail: attribute.Name}
			}
			entry.Values[attribute.Name] = append(entry.Values[attribute.Name], attribute.ByteValues...)
		}
		a.Entries = append(a.Entries, entry)
	}
	return a, nil
}

func isAsked(asked []string, name string) bool {
	return slices.ContainsFunc(asked, func(a string) bool { return strings.EqualFold(a, name) })
}

func isTooMuch(values [][]byte) bool {
	return len(values) > maxValues || slices.ContainsFunc(values, func(v []byte) bool { return len(v) > maxValue })
}

// resultReason says what an error of the directory or of the way to it means.
func resultReason(err error) courier.Reason {
	var result *ldap.Error
	if !errors.As(err, &result) {
		return courier.Unreachable
	}
	switch result.ResultCode {
	case ldap.LDAPResultTimeLimitExceeded:
		return courier.Late
	case ldap.ErrorNetwork, ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		return courier.Unreachable
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultStrongAuthRequired,
		ldap.LDAPResultConfidentialityRequired, ldap.LDAPResultInappropriateAuthentication,
		ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultOperationsError:
		return courier.Denied
	case ldap.ErrorFilterCompile:
		return courier.Malformed
	}
	return courier.BadStatus
}

// failure folds an error on the line into its reason.
func (l *line) failure(ctx context.Context, err error) error {
	f := &courier.Failure{}
	switch {
	case errors.As(err, &f):
		return f
	case ctx.Err() != nil:
		return &courier.Failure{Reason: courier.Late, Detail: "the directory did not answer in time"}
	case l.raw.exceeded.Load():
		return &courier.Failure{Reason: courier.TooLarge, Detail: "the directory sends too much"}
	}
	return &courier.Failure{Reason: resultReason(err), Detail: fmt.Sprint(err)}
}

// metered is a connection that ends after so many bytes of answers.
type metered struct {
	net.Conn
	counter
}

// Read reads what is still allowed.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if m.add(n) {
		return 0, errTooMuch
	}
	return n, err
}
