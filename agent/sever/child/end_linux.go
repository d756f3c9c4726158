package child

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"siths-agent/agent/sever"
)

// datagram is the largest answer that is read at once, in bytes. The kernel cuts its own to 32 KiB at most (netlink(7)).
const datagram = 64 << 10

// end ends the connections that a question is about, and returns how many it ended.
func end(q sever.Question) (int, error) {
	k, err := openKernel()
	if err != nil {
		return 0, err
	}
	defer k.close()
	ended := 0
	var errs []error
	for _, one := range []kind{{unix.AF_INET, unix.IPPROTO_TCP}, {unix.AF_INET6, unix.IPPROTO_TCP}, {unix.AF_INET, unix.IPPROTO_UDP}, {unix.AF_INET6, unix.IPPROTO_UDP}} {
		all, err := k.list(one)
		if err != nil { // what is left of its answer would be taken for the next one's
			return ended, errors.Join(append(errs, err)...)
		}
		for _, s := range connections(q, all) {
			err := k.destroy(s)
			if err == nil {
				ended++
			}
			errs = append(errs, err)
		}
	}
	return ended, errors.Join(errs...)
}

// connections are those of all sockets that a question is about: a person's, named, and opened to elsewhere. What waits for
// others, and what others have opened to it, shows no page.
func connections(q sever.Question, all []socket) []socket {
	named, waits := map[uint32]bool{}, map[uint16]bool{}
	for _, inode := range q.Inodes {
		named[inode] = true
	}
	all = slices.DeleteFunc(all, func(s socket) bool { return !named[s.inode] || !may(q, s.uid) })
	for _, s := range all {
		if s.protocol == unix.IPPROTO_TCP && s.state == listening {
			waits[s.port] = true
		}
	}
	return slices.DeleteFunc(all, func(s socket) bool { return waits[s.port] })
}

// kernel is a conversation with sock_diag(7).
type kernel struct {
	fd  int
	buf []byte
}

func openKernel() (*kernel, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("reaching the kernel: %w", err)
	}
	return &kernel{fd: fd, buf: make([]byte, datagram)}, nil
}

func (k *kernel) close() { _ = unix.Close(k.fd) }

// list asks for all sockets of a kind.
func (k *kernel) list(one kind) ([]socket, error) {
	return k.ask(one.protocol, request(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP, one, [idLen]byte{}))
}

// destroy ends a socket, by its cookie: another one that has its addresses by now is left alone. One that has ended by itself
// is ended.
func (k *kernel) destroy(s socket) error {
	_, err := k.ask(s.protocol, request(unix.SOCK_DESTROY, unix.NLM_F_ACK, s.kind, s.id))
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// ask asks the kernel, and reads its answer to the end.
func (k *kernel) ask(protocol uint8, question []byte) (all []socket, err error) {
	if err := unix.Sendto(k.fd, question, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("asking the kernel: %w", err)
	}
	for last := false; !last; {
		n, from, err := unix.Recvfrom(k.fd, k.buf, unix.MSG_TRUNC)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("hearing the kernel: %w", err)
		}
		if sender, ok := from.(*unix.SockaddrNetlink); !ok || sender.Pid != 0 { // others could send, too
			continue
		}
		if n > len(k.buf) {
			return nil, errAnswer
		}
		var found []socket
		if found, last, err = parse(protocol, k.buf[:n]); err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
