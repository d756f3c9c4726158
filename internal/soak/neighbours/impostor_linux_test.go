package neighbours

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// impostor takes the socket's place, again and again where it is taken away, and prints every byte that anybody sends.
// With an argument it lets go of the place after that long, and takes it again.
func impostor(socket string, args []string) error {
	stay := time.Duration(0)
	if len(args) > 0 {
		var err error
		if stay, err = time.ParseDuration(args[0]); err != nil {
			return err
		}
	}
	for {
		err := impersonate(socket, stay)
		if stay == 0 {
			return err
		}
	}
}

func impersonate(socket string, stay time.Duration) error {
	dir := filepath.Dir(socket)
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return errors.Join(err, os.Remove(dir))
	}
	if err := os.Chmod(socket, 0o666); err != nil {
		return err
	}
	fmt.Println("listening")
	if stay > 0 {
		time.AfterFunc(stay, func() { _ = l.Close() })
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return os.Remove(dir)
		}
		go overhear(conn)
	}
}

// overhear answers as the service would and prints what it is told.
func overhear(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	fmt.Println("called")
	b := make([]byte, 4096)
	for {
		n, err := conn.Read(b)
		if err != nil {
			return
		}
		fmt.Printf("told %q\n", b[:n])
		_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\n\r\n"))
	}
}
