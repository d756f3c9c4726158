package client

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

// maxPIN is the longest PIN in bytes that fits the channel.
const maxPIN = 255

// PIN hands a PIN over on the raw channel and returns what became of it. It wipes pin before it returns, whatever the
// outcome. A PIN that was not accepted is a result with a Problem, not an error.
func (c *Client) PIN(ctx context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error) {
	header := http.Header{}
	if req.Unlock != "" {
		header.Set(apitype.HeaderUnlock, req.Unlock)
	}
	if req.LastTry {
		header.Set(apitype.HeaderLastTry, "yes")
	}
	if req.Consent != "" {
		header.Set(apitype.HeaderConsent, req.Consent)
	}
	return c.raw(ctx, "/v1/pin", header, req.Insertion, pin)
}

// Care has the service change a PIN of the card, or unblock it: proof is the old PIN, or the PUK. It wipes both codes before
// it returns, whatever the outcome. A change that was not made is a result with a Problem, not an error.
func (c *Client) Care(ctx context.Context, req apitype.CareRequest, proof, fresh []byte) (apitype.PINResult, error) {
	path, header := "/v1/card/pin/change", http.Header{}
	if req.Unblock {
		path = "/v1/card/pin/unblock"
	}
	if req.Sign {
		header.Set(apitype.HeaderPIN, apitype.PINSign)
	}
	if req.LastTry {
		header.Set(apitype.HeaderLastTry, "yes")
	}
	return c.raw(ctx, path, header, req.Insertion, proof, fresh)
}

// raw hands codes over on the raw channel of a path, and wipes them.
func (c *Client) raw(ctx context.Context, path string, header http.Header, insertion uint64, codes ...[]byte) (apitype.PINResult, error) {
	defer func() {
		for _, code := range codes {
			secret.Wipe(code)
		}
	}()
	var result apitype.PINResult
	if slices.ContainsFunc(codes, func(code []byte) bool { return len(code) > maxPIN }) {
		return result, &apitype.Problem{Code: apitype.PINLength, Severity: apitype.Warning, Retry: apitype.RetryNow}
	}
	conn, err := c.dial(ctx)
	if err != nil {
		return result, err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(callTime))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	r := bufio.NewReader(conn)
	if err := upgrade(ctx, conn, r, path, header); err != nil {
		return result, err
	}
	if err := writeCodes(conn, insertion, codes); err != nil {
		return result, unreachable(err)
	}
	if err := json.NewDecoder(io.LimitReader(r, maxAnswer)).Decode(&result); err != nil {
		return result, unreachable(err)
	}
	return result, nil
}

func upgrade(ctx context.Context, conn net.Conn, r *bufio.Reader, path string, header http.Header) error {
	h, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+apitype.Host+path, nil)
	if err != nil {
		return err
	}
	h.Header = header
	h.Header.Set("Connection", "Upgrade")
	h.Header.Set("Upgrade", apitype.UpgradePIN)
	if err := h.Write(conn); err != nil {
		return unreachable(err)
	}
	resp, err := http.ReadResponse(r, h)
	if err != nil {
		return unreachable(err)
	}
	if isSwitched(resp.StatusCode) {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < http.StatusBadRequest {
		return unreachable(fmt.Errorf("status %s", resp.Status))
	}
	return readProblem(resp, path)
}

// writeCodes writes straight from each code to the socket, with no buffer in between.
func writeCodes(conn net.Conn, insertion uint64, codes [][]byte) error {
	head := binary.BigEndian.AppendUint64(nil, insertion)
	for _, code := range codes {
		if _, err := conn.Write(append(head, byte(len(code)))); err != nil {
			return err
		}
		head = nil
		if len(code) == 0 {
			continue
		}
		if _, err := conn.Write(code); err != nil {
			return err
		}
	}
	return nil
}
