// Package client talks to the service over the local API. Its zero value works.
package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/safesocket"
)

// maxAnswer is the longest answer in bytes that is read, but for audit rows.
const maxAnswer = 1 << 20

// callTime is how long one call may take; the longest waits for a card to be read and for its signature.
const callTime = 30 * time.Second

// Client reaches one service. The zero Client reaches the one that SITHS_AGENT_SOCKET names, else the system's.
// Every error is an *apitype.Problem or wraps one, or is a *Denied.
type Client struct {
	Socket string
}

// Denied says that the caller may not do what it asked for.
type Denied struct{ What string }

func (d *Denied) Error() string { return "not allowed: " + d.What }

func (c *Client) path() string {
	if c.Socket != "" {
		return c.Socket
	}
	if p := os.Getenv("SITHS_AGENT_SOCKET"); p != "" {
		return p
	}
	return safesocket.DefaultPath()
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	conn, err := safesocket.Dial(ctx, c.path())
	if err != nil {
		return nil, unreachable(err)
	}
	return conn, nil
}

// unreachable wraps err so that it is both itself, for a log, and the problem, for people.
func unreachable(err error) error {
	p := &apitype.Problem{Code: apitype.AgentUnreachable, Severity: apitype.Error, Retry: apitype.RetryAfterWait}
	return fmt.Errorf("%w: %w", p, err)
}

// Snapshot returns the present state.
func (c *Client) Snapshot(ctx context.Context) (apitype.Snapshot, error) {
	return call[apitype.Snapshot](ctx, c, http.MethodGet, "/v1/snapshot", nil)
}

// Health tells whether the service is ready, and why not.
func (c *Client) Health(ctx context.Context) (apitype.Health, error) {
	return call[apitype.Health](ctx, c, http.MethodGet, "/v1/health", nil)
}

// Diag returns what the service knows of what is wrong, as far as the caller may see it.
func (c *Client) Diag(ctx context.Context) (apitype.Diag, error) {
	return call[apitype.Diag](ctx, c, http.MethodGet, "/v1/diag", nil)
}

// Lock locks the session now.
func (c *Client) Lock(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/v1/lock", struct{}{})
	return err
}

// Consent answers a question of the snapshot's. The error is pin.timeout when nobody waits for the answer any more, and
// pin.needed for a yes that is given by PIN.
func (c *Client) Consent(ctx context.Context, a apitype.ConsentAnswer) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/v1/consent", a)
	return err
}

// Admap returns what Active Directory has to know about the certificate that the card logs in with.
func (c *Client) Admap(ctx context.Context) (apitype.Admap, error) {
	return call[apitype.Admap](ctx, c, http.MethodGet, "/v1/admap", nil)
}

// UnlockBegin asks who is on the card and opens an unlock for one account.
func (c *Client) UnlockBegin(ctx context.Context, req apitype.UnlockRequest) (apitype.UnlockOffer, error) {
	return call[apitype.UnlockOffer](ctx, c, http.MethodPost, "/v1/unlock/begin", req)
}

// UnlockFinish fetches the one-time answer of an unlock whose PIN was good.
func (c *Client) UnlockFinish(ctx context.Context, unlock string) (apitype.UnlockAnswer, error) {
	return call[apitype.UnlockAnswer](ctx, c, http.MethodPost, "/v1/unlock/finish", apitype.UnlockFinish{Unlock: unlock})
}

// SessionOpened tells which desktop session belongs to the card that just unlocked the account.
func (c *Client) SessionOpened(ctx context.Context, s apitype.SessionOpened) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/v1/session", s)
	return err
}

// Watch calls f with the present state and then with every change, until ctx ends, the service cuts the watch off
// (agent.unreachable), or f returns an error, which Watch returns as it is.
func (c *Client) Watch(ctx context.Context, f func(apitype.Snapshot) error) error {
	resp, done, err := c.send(ctx, http.MethodGet, "/v1/watch", nil)
	if err != nil {
		return err
	}
	defer done()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		var s apitype.Snapshot
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return unreachable(err)
		}
		if err := f(s); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return unreachable(errors.Join(io.EOF, lines.Err()))
}

func call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var out T
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	resp, done, err := c.send(ctx, method, path, body)
	if err != nil {
		return out, err
	}
	defer done()
	if resp.StatusCode == http.StatusNoContent {
		return out, nil
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&out); err != nil {
		return out, unreachable(err)
	}
	return out, nil
}

// send makes one request on a connection of its own. done gives everything back.
func (c *Client) send(ctx context.Context, method, path string, body any) (*http.Response, func(), error) {
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, nil, err
		}
		reader = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+apitype.Host+path, reader)
	if err != nil {
		return nil, nil, err
	}
	transport := &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
		DisableKeepAlives: true,
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, nil, asProblem(err)
	}
	done := func() { _ = resp.Body.Close() }
	if resp.StatusCode >= http.StatusBadRequest {
		defer done()
		return nil, nil, readProblem(resp, path)
	}
	return resp, done, nil
}

func asProblem(err error) error {
	var p *apitype.Problem
	if errors.As(err, &p) || errors.Is(err, context.Canceled) {
		return err
	}
	return unreachable(err)
}

// readProblem reads the problem that the service answered with.
func readProblem(resp *http.Response, path string) error {
	var p apitype.Problem
	err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&p)
	if resp.StatusCode == http.StatusForbidden && (err != nil || p.Code == "") {
		return &Denied{What: path}
	}
	if err != nil || p.Code == "" {
		return unreachable(fmt.Errorf("status %s", resp.Status))
	}
	return &p
}
