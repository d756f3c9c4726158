package localapi

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

// maxPIN is the longest PIN in bytes that the channel takes; its length is one byte.
const maxPIN = 255

// pinPath is the only path with something to switch to.
const pinPath = "/v1/pin"

// pin switches to the raw channel and takes a PIN: insertion number, length, PIN. The PIN is read from the connection
// straight into a locked page; no reader that buffers stands between them.
func (s *Server) pin(w http.ResponseWriter, r request) {
	if r.Header.Get("Upgrade") != apitype.UpgradePIN {
		http.Error(w, "this takes Upgrade: "+apitype.UpgradePIN, http.StatusUpgradeRequired)
		return
	}
	req := apitype.PINRequest{Unlock: r.Header.Get(apitype.HeaderUnlock), LastTry: r.Header.Get(apitype.HeaderLastTry) == "yes"}
	caller := bare(r)
	if req.Unlock == "" {
		caller = s.caller(r)
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "cannot switch", http.StatusInternalServerError)
		return
	}
	defer func() { _ = conn.Close() }()
	if isEarly(rw.Reader) {
		wipeBuffered(rw.Reader)
		return
	}
	_ = conn.SetDeadline(time.Now().Add(bodyTime))
	stop := context.AfterFunc(r.Context(), func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // the service stops
	buf, err := readPIN(conn, &req)
	stop()
	if err != nil {
		return
	}
	_ = conn.SetDeadline(time.Time{})
	result := s.Agent.PIN(r.Context(), caller, req, buf)
	_ = conn.SetWriteDeadline(time.Now().Add(writeTime))
	_ = json.NewEncoder(conn).Encode(result) // whoever gave the PIN and left gets no answer
}

// readPIN says that it listens and reads what comes. The caller has to close the buffer.
func readPIN(conn net.Conn, req *apitype.PINRequest) (*secret.Buffer, error) {
	_, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+apitype.UpgradePIN+"\r\n\r\n")
	if err != nil {
		return nil, err
	}
	var head [9]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, err
	}
	req.Insertion = binary.BigEndian.Uint64(head[:8])
	buf, err := secret.New(maxPIN)
	if err != nil {
		return nil, err
	}
	if err := buf.ReadN(conn, int(head[8])); err != nil {
		_ = buf.Close()
		return nil, err
	}
	return buf, nil
}

// wipeBuffered clears what a caller sent too early.
func wipeBuffered(r *bufio.Reader) {
	if p, err := r.Peek(r.Buffered()); err == nil {
		secret.Wipe(p)
	}
}
