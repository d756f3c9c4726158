package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
)

// Days says from which day to which, both inclusive and written like 2026-11-22. What is empty is no limit.
type Days struct{ From, To string }

func (d Days) query() string {
	v := url.Values{}
	if d.From != "" {
		v.Set("from", d.From)
	}
	if d.To != "" {
		v.Set("to", d.To)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// Rows are audit rows as JSON lines, to be read and closed.
type Rows struct {
	io.ReadCloser
	Mark  *audit.Mark // how far the log goes at least; nil when not all rows were asked for, or may be seen
	Files int         // of how many files the log consists; 0 when not told
}

// Rows returns the audit rows of some days, as far as the caller may see them.
func (c *Client) Rows(ctx context.Context, d Days) (*Rows, error) {
	resp, _, err := c.send(ctx, http.MethodGet, "/v1/audit"+d.query(), nil)
	if err != nil {
		return nil, err
	}
	rows := &Rows{ReadCloser: resp.Body}
	if m, err := audit.ParseMark(resp.Header.Get(apitype.HeaderAuditHead)); err == nil {
		rows.Mark = &m
		rows.Files, _ = strconv.Atoi(resp.Header.Get(apitype.HeaderAuditFiles)) // 0 when it makes no sense
	}
	return rows, nil
}

// Audit copies to w the audit rows that the caller may see, as JSON lines.
func (c *Client) Audit(ctx context.Context, w io.Writer) error {
	rows, err := c.Rows(ctx, Days{})
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if _, err := io.Copy(w, rows); err != nil {
		return unreachable(err)
	}
	return nil
}

// maxReport is the longest report in bytes that is read.
const maxReport = 16 << 20

// Report returns the report about some days, as the service writes it.
func (c *Client) Report(ctx context.Context, d Days) ([]byte, error) {
	resp, done, err := c.send(ctx, http.MethodGet, "/v1/report"+d.query(), nil)
	if err != nil {
		return nil, err
	}
	defer done()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxReport))
	if err != nil {
		return nil, unreachable(err)
	}
	return text, nil
}
