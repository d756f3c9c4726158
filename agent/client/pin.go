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
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

// maxPIN is the longest PIN in bytes that fits the channel.
const maxPIN = 255

// PIN hands a PIN over on the raw channel and returns what became of it. It wipes pin before it returns, whatever the
// outcome. A PIN that was not accepted is a result with a Problem, not an error.
func (c *Client) PIN(ctx context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error) {
	defer secret.Wipe(pin)
	var result apitype.PINResult
	if len(pin) > maxPIN {
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
	if err := upgrade(ctx, conn, r, req); err != nil {
		return result, err
	}
	if err := writePIN(conn, req.Insertion, pin); err != nil {
		return result, unreachable(err)
	}
	if err := json.NewDecoder(io.LimitReader(r, maxAnswer)).Decode(&result); err != nil {
		return result, unreachable(err)
	}
	return result, nil
}

func upgrade(ctx context.Context, conn net.Conn, r *bufio.Reader, req apitype.PINRequest) error {
	h, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+apitype.Host+"/v1/pin", nil)
	if err != nil {
		return err
	}
	h.Header.Set("Connection", "Upgrade")
	h.Header.Set("Upgrade", apitype.UpgradePIN)
	if req.Unlock != "" {
		h.Header.Set(apitype.HeaderUnlock, req.Unlock)
	}
	if req.LastTry {
		h.Header.Set(apitype.HeaderLastTry, "yes")
	}
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
	return readProblem(resp, "/v1/pin")
}

// writePIN writes straight from pin to the socket, with no buffer in between.
func writePIN(conn net.Conn, insertion uint64, pin []byte) error {
	head := append(binary.BigEndian.AppendUint64(nil, insertion), byte(len(pin)))
	if _, err := conn.Write(head); err != nil {
		return err
	}
	if len(pin) == 0 {
		return nil
	}
	_, err := conn.Write(pin)
	return err
}
