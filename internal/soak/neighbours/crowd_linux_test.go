package neighbours

import (
	"bufio"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
)

// crowd keeps a number of connections busy with everything that is bad for a server, until it is killed. A connection
// that the service closes is opened again after a rest, which may be none.
func crowd(socket string, args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	rest, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	kinds := nuisances()
	var all sync.WaitGroup
	for i := range n {
		nuisance := kinds[i%len(kinds)]
		all.Go(func() {
			for {
				if conn, err := net.Dial("unix", socket); err == nil {
					nuisance(conn.(*net.UnixConn))
					_ = conn.Close()
				}
				<-time.After(rest)
			}
		})
	}
	all.Wait()
	return nil
}

// pause is the time between two bytes of somebody who dribbles.
func pause() { <-time.After(100 * time.Millisecond) }

// nuisances are what a neighbour does with a connection until it ends.
func nuisances() []func(*net.UnixConn) {
	const begin = "POST /v1/unlock/begin HTTP/1.1\r\nHost: siths-agent\r\n"
	return []func(*net.UnixConn){
		flood,
		func(c *net.UnixConn) { dribble(c, "GET /v1/snapshot HTTP/1.1\r\nHost: siths-agent\r\nX-Slow: ") },
		func(c *net.UnixConn) { dribble(c, begin+"Content-Length: 10000\r\n\r\n") },
		func(c *net.UnixConn) { sendAndWait(c, "GET /v1/snap") },
		func(c *net.UnixConn) {
			endless(c, begin+"Content-Length: 4294967296\r\n\r\n", strings.Repeat("[", 4096))
		},
		func(c *net.UnixConn) {
			endless(c, begin+"Transfer-Encoding: chunked\r\n\r\n", "1000\r\n"+strings.Repeat(" ", 4096)+"\r\n")
		},
		func(c *net.UnixConn) { repeat(c, post(strings.Repeat(`{"account":`, 1400)+strings.Repeat("}", 1400))) },
		func(c *net.UnixConn) { repeat(c, post(strings.Repeat("[", 10000))) },
		func(c *net.UnixConn) { repeat(c, post("{\"account\":\"an\xff\x00na\"}")) },
		func(c *net.UnixConn) {
			endless(c, "GET /v1/snapshot HTTP/1.1\r\n", "X: "+strings.Repeat("y", 4000)+"\r\n")
		},
		func(c *net.UnixConn) { endless(c, "", strings.Repeat(request("GET", "/v1/snapshot", ""), 50)) },
		passFiles,
		func(c *net.UnixConn) { upgraded(c, []byte{0, 0, 0, 0, 0, 0, 0, 1, 255, '1', '2'}) },
		func(c *net.UnixConn) { upgraded(c, nil) },
		func(c *net.UnixConn) { sendAndWait(c, "") },
		func(c *net.UnixConn) { sendAndSleep(c, request("GET", "/v1/watch", "")) },
		func(c *net.UnixConn) { sendAndSleep(c, request("GET", "/v1/audit", "")) },
	}
}

// request is an HTTP request as it goes over the socket.
func request(method, path, body string, headers ...string) string {
	lines := append([]string{method + " " + path + " HTTP/1.1", "Host: siths-agent"}, headers...)
	if body != "" {
		lines = append(lines, "Content-Length: "+strconv.Itoa(len(body)))
	}
	return strings.Join(append(lines, "", body), "\r\n")
}

func post(body string) string { return request("POST", "/v1/unlock/begin", body) }

// flood asks as fast as it is answered.
func flood(c *net.UnixConn) {
	answers := bufio.NewReader(c)
	for {
		if _, err := io.WriteString(c, request("GET", "/v1/snapshot", "")); err != nil {
			return
		}
		for line := ""; !strings.HasSuffix(line, "}\n"); {
			var err error
			if line, err = answers.ReadString('\n'); err != nil {
				return
			}
		}
	}
}

func dribble(c *net.UnixConn, head string) {
	for _, err := io.WriteString(c, head); err == nil; _, err = c.Write([]byte{'a'}) {
		pause()
	}
}

func endless(c *net.UnixConn, head, piece string) {
	for _, err := io.WriteString(c, head); err == nil; _, err = io.WriteString(c, piece) {
	}
}

// repeat sends the same again as often as the service takes it, and reads what it answers.
func repeat(c *net.UnixConn, text string) {
	go func() { _, _ = io.Copy(io.Discard, c) }()
	endless(c, "", text)
}

// sendAndWait waits for the service to end it.
func sendAndWait(c *net.UnixConn, text string) {
	_, _ = io.WriteString(c, text)
	_, _ = io.Copy(io.Discard, c)
}

// sendAndSleep never reads.
func sendAndSleep(c *net.UnixConn, text string) {
	for _, err := io.WriteString(c, text); err == nil; _, err = c.Write(nil) {
		pause()
		if gone(c) {
			return
		}
	}
}

// gone says whether the other side has closed, without reading.
func gone(c *net.UnixConn) bool {
	hangUp := true
	raw, err := c.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) {
			fds := []unix.PollFd{{Fd: int32(fd)}}
			n, err := unix.Poll(fds, 0)
			hangUp = err != nil || n > 0 && fds[0].Revents&unix.POLLHUP != 0
		})
	}
	return hangUp
}

// passFiles sends as many descriptors along as one message takes (SCM_MAX_FD, unix(7)).
func passFiles(c *net.UnixConn) {
	const most = 253
	file, err := os.Open("/dev/null")
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()
	fds := make([]int, most)
	for i := range fds {
		fds[i] = int(file.Fd())
	}
	for err == nil {
		_, _, err = c.WriteMsgUnix([]byte(request("GET", "/v1/health", "")), unix.UnixRights(fds...), nil)
		pause()
	}
}

// upgraded switches to the raw channel, sends a frame, and waits.
func upgraded(c *net.UnixConn, frame []byte) {
	_, _ = io.WriteString(c, request("POST", "/v1/pin", "", "Connection: Upgrade", "Upgrade: "+apitype.UpgradePIN))
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(line, " 101 ") {
		return
	}
	_, _ = c.Write(frame)
	_, _ = io.Copy(io.Discard, c)
}
