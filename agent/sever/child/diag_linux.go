package child

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Sizes of what travels over netlink, in bytes: struct nlmsghdr (linux/netlink.h), and of linux/inet_diag.h struct
// inet_diag_sockid, inet_diag_req_v2 and inet_diag_msg.
const (
	headLen    = 16
	idLen      = 48
	requestLen = 8 + idLen
	messageLen = 4 + idLen + 20
)

// Where struct inet_diag_msg (linux/inet_diag.h) has what is looked at.
const (
	offState  = 1
	offID     = 4 // the port of our side comes first in it, big-endian
	offUID    = offID + idLen + 12
	offInode  = offUID + 4
	listening = 10 // TCP_LISTEN (net/tcp_states.h)
)

// everyState is a set of all states of TCP, a bit for each (linux/inet_diag.h, idiag_states).
const everyState = ^uint32(0)

var errAnswer = errors.New("the kernel's answer is none of sock_diag's")

// kind is a kind of sockets that the kernel lists by itself.
type kind struct{ family, protocol uint8 }

// socket is one of the kernel's list.
type socket struct {
	kind
	id    [idLen]byte // its struct inet_diag_sockid: addresses, and the cookie that no other socket ever has
	state uint8
	port  uint16 // of our side
	uid   uint32 // who has made it
	inode uint32
}

// request is a question of sock_diag(7): a header, and struct inet_diag_req_v2.
func request(command, flags uint16, k kind, id [idLen]byte) []byte {
	b := make([]byte, 0, headLen+requestLen)
	b = binary.NativeEndian.AppendUint32(b, headLen+requestLen)
	b = binary.NativeEndian.AppendUint16(b, command)
	b = binary.NativeEndian.AppendUint16(b, unix.NLM_F_REQUEST|flags)
	b = append(b, make([]byte, 8)...) // the first question of its sender
	b = append(b, k.family, k.protocol, 0, 0)
	b = binary.NativeEndian.AppendUint32(b, everyState)
	return append(b, id[:]...)
}

// parse reads one datagram of the kernel's answer. The last one has said so, or that it was done.
func parse(protocol uint8, b []byte) (found []socket, last bool, err error) {
	for len(b) > 0 {
		if len(b) < headLen {
			return nil, false, errAnswer
		}
		n := uint64(binary.NativeEndian.Uint32(b))
		if n < headLen || n > uint64(len(b)) {
			return nil, false, errAnswer
		}
		body := b[headLen:n]
		switch binary.NativeEndian.Uint16(b[4:]) {
		case unix.NLMSG_DONE:
			return found, true, nil
		case unix.NLMSG_ERROR:
			return found, true, errorOf(body)
		case unix.SOCK_DIAG_BY_FAMILY:
			s, err := socketOf(protocol, body)
			if err != nil {
				return nil, false, err
			}
			found = append(found, s)
		}
		b = b[min((n+3)&^3, uint64(len(b))):] // NLMSG_ALIGN (linux/netlink.h)
	}
	return found, false, nil
}

// errorOf reads struct nlmsgerr (linux/netlink.h): a negative error number, or 0.
func errorOf(body []byte) error {
	if len(body) < 4 {
		return errAnswer
	}
	if code := int32(binary.NativeEndian.Uint32(body)); code != 0 {
		return fmt.Errorf("asking the kernel for sockets: %w", unix.Errno(-int64(code)))
	}
	return nil
}

func socketOf(protocol uint8, body []byte) (socket, error) {
	if len(body) < messageLen {
		return socket{}, errAnswer
	}
	return socket{
		kind: kind{family: body[0], protocol: protocol}, id: [idLen]byte(body[offID:]), state: body[offState],
		port: binary.BigEndian.Uint16(body[offID:]),
		uid:  binary.NativeEndian.Uint32(body[offUID:]), inode: binary.NativeEndian.Uint32(body[offInode:]),
	}, nil
}
