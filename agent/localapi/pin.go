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

// switching are the only paths with something to switch to.
func switching() []string {
	return []string{"/v1/pin", "/v1/card/pin/change", "/v1/card/pin/unblock", "/v1/card/unblock"}
}

// pin takes a PIN.
func (s *Server) pin(w http.ResponseWriter, r request) {
	if !asksToSwitch(w, r) {
		return
	}
	req := apitype.PINRequest{Unlock: r.Header.Get(apitype.HeaderUnlock), LastTry: r.Header.Get(apitype.HeaderLastTry) == "yes",
		Consent: r.Header.Get(apitype.HeaderConsent)}
	caller := bare(r)
	if req.Unlock == "" {
		caller = s.caller(r)
	}
	raw(w, r, 1, func(insertion uint64, typed []*secret.Buffer) apitype.PINResult {
		req.Insertion = insertion
		return s.Agent.PIN(r.Context(), caller, req, typed[0])
	})
}

// asksToSwitch turns away whoever does not ask for the raw channel.
func asksToSwitch(w http.ResponseWriter, r request) bool {
	if r.Header.Get("Upgrade") == apitype.UpgradePIN {
		return true
	}
	http.Error(w, "this takes Upgrade: "+apitype.UpgradePIN, http.StatusUpgradeRequired)
	return false
}

// raw switches to the raw channel and takes so many codes: insertion number, then each code after its length. Each is read
// from the connection straight into a locked page; no reader that buffers stands between them. take takes them over.
func raw(w http.ResponseWriter, r request, codes int, take func(insertion uint64, typed []*secret.Buffer) apitype.PINResult) {
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
	insertion, typed, err := readTyped(conn, codes)
	stop()
	if err != nil {
		return
	}
	_ = conn.SetDeadline(time.Time{})
	result := take(insertion, typed)
	_ = conn.SetWriteDeadline(time.Now().Add(writeTime))
	_ = json.NewEncoder(conn).Encode(result) // whoever gave the PIN and left gets no answer
}

// readTyped says that it listens and reads what comes. The caller has to close the buffers.
func readTyped(conn net.Conn, codes int) (uint64, []*secret.Buffer, error) {
	_, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+apitype.UpgradePIN+"\r\n\r\n")
	if err != nil {
		return 0, nil, err
	}
	var insertion [8]byte
	if _, err := io.ReadFull(conn, insertion[:]); err != nil {
		return 0, nil, err
	}
	var typed []*secret.Buffer
	for range codes {
		buf, err := readCode(conn)
		if err != nil {
			for _, b := range typed {
				_ = b.Close()
			}
			return 0, nil, err
		}
		typed = append(typed, buf)
	}
	return binary.BigEndian.Uint64(insertion[:]), typed, nil
}

// readCode reads one code after its length.
func readCode(conn net.Conn) (*secret.Buffer, error) {
	var length [1]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	buf, err := secret.New(maxPIN)
	if err != nil {
		return nil, err
	}
	if err := buf.ReadN(conn, int(length[0])); err != nil {
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
