package client

import (
	"context"
	"net/http"
	"strings"

	"siths-agent/agent/apitype"
)

// Systems returns the business systems that the person's card opens.
func (c *Client) Systems(ctx context.Context) (apitype.SystemList, error) {
	return call[apitype.SystemList](ctx, c, http.MethodGet, "/v1/systems", nil)
}

// AcquireSystem has the system's proof got now where there is none, and returns where it is.
func (c *Client) AcquireSystem(ctx context.Context, name string) (apitype.SystemEntry, error) {
	return onSystem[apitype.SystemEntry](ctx, c, http.MethodPost, name, "/acquire", struct{}{})
}

// ReleaseSystem ends what was released for the system.
func (c *Client) ReleaseSystem(ctx context.Context, name string) error {
	_, err := onSystem[struct{}](ctx, c, http.MethodPost, name, "/release", struct{}{})
	return err
}

// ExplainSystem tells whether a program would get what it asks the system for, and why.
func (c *Client) ExplainSystem(ctx context.Context, name string, req apitype.ExplainRequest) (apitype.Explanation, error) {
	return onSystem[apitype.Explanation](ctx, c, http.MethodPost, name, "/explain", req)
}

// EnrollSystem has the service keep a secret of the person for the system. A system that takes the card's proof has none:
// system.denied.
func (c *Client) EnrollSystem(ctx context.Context, name string) error {
	_, err := onSystem[struct{}](ctx, c, http.MethodPost, name, "/enroll", struct{}{})
	return err
}

// ForgetSystem has the service forget such a secret.
func (c *Client) ForgetSystem(ctx context.Context, name string) error {
	_, err := onSystem[struct{}](ctx, c, http.MethodDelete, name, "/secret", nil)
	return err
}

// onSystem asks something of one system. A name that none can have is not sent.
func onSystem[T any](ctx context.Context, c *Client, method, name, what string, body any) (T, error) {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		var none T
		return none, &apitype.Problem{Code: apitype.SystemUnknown, Severity: apitype.Error, Retry: apitype.RetryAdmin}
	}
	return call[T](ctx, c, method, "/v1/systems/"+name+what, body)
}
