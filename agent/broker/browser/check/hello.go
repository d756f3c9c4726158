package check

import (
	"encoding/binary"
	"net"
)

// listener keeps the beginning of what the server sends: crypto/tls resumes by tickets alone, and does not tell whether the
// server has offered what browsers resume by beside them.
type listener struct {
	net.Conn
	heard []byte
}

// heardMost is how much is kept, in bytes: a ServerHello is far shorter.
const heardMost = 4096

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if room := heardMost - len(l.heard); room > 0 {
		l.heard = append(l.heard, p[:min(n, room)]...)
	}
	return n, err
}

// The bytes before a ServerHello's session_id, when the record holds it whole (RFC 5246, 6.2.1, 7.4 and 7.4.1.3).
const (
	recordHandshake = 22
	serverHello     = 2
	recordHead      = 5          // type, version, length
	helloHead       = 4 + 2 + 32 // type and length; version, random
)

// identifies says whether a first answer of TLS 1.2 names the session: a server that will not resume it names none
// (RFC 5246, 7.4.1.3). It is asked of a connection on which nothing was offered to resume.
func identifies(heard []byte) bool {
	at := recordHead + helloHead
	if len(heard) <= at || heard[0] != recordHandshake || heard[recordHead] != serverHello {
		return false
	}
	record := int(binary.BigEndian.Uint16(heard[3:recordHead]))
	return record > helloHead && heard[at] > 0
}
