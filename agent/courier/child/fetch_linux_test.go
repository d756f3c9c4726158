package child

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/stall"
)

// website is a web server of this test's own.
func website(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// wire is a server that says the same bytes to everybody, and then hangs up unless it is to stay.
func wire(t *testing.T, says string, stays bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = conn.Write([]byte(says))
				if stays {
					_, _ = io.Copy(io.Discard, conn)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func fetched(t *testing.T, f courier.Fetch, timeout time.Duration) courier.Answer {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 1000
	}
	return ask(t, served(t), courier.Question{Fetch: &f, Timeout: timeout})
}

func TestAFetchBringsWhatAServerHas(t *testing.T) {
	t.Parallel()
	url := website(t, func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Accept-Encoding") != "" || r.Header.Get("Content-Type") != "application/ocsp-request" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "Application/OCSP-Response; charset=binary")
		_, _ = w.Write(append([]byte(r.Method+" "), asked...))
	})
	f := courier.Fetch{URL: url, Body: []byte("who"), Type: "application/ocsp-request", Accept: "application/ocsp-response"}
	if a := fetched(t, f, patience); a.Failure != nil || string(a.Body) != "POST who" {
		t.Errorf("%v, %q", a.Failure, a.Body)
	}
	f.Body = nil
	if a := fetched(t, f, patience); a.Failure != nil || string(a.Body) != "GET " {
		t.Errorf("%v, %q", a.Failure, a.Body)
	}
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"with its length": "Content-Length: 1001\r\n", "without": ""} {
		t.Run(name, func(t *testing.T) {
			url := wire(t, "HTTP/1.1 200 OK\r\n"+header+"Connection: close\r\n\r\n"+strings.Repeat("x", 1001), false)
			refused(t, fetched(t, courier.Fetch{URL: url}, patience), courier.TooLarge)
			if a := fetched(t, courier.Fetch{URL: url, Limit: 1001}, patience); a.Failure != nil || len(a.Body) != 1001 {
				t.Errorf("within the limit: %v, %d bytes", a.Failure, len(a.Body))
			}
		})
	}
}

func TestTwoHundredMegabytesAreNotTaken(t *testing.T) {
	t.Parallel()
	sent := make(chan int64, 1)
	url := website(t, func(w http.ResponseWriter, _ *http.Request) {
		n, _ := io.Copy(w, io.LimitReader(zeros{}, 200<<20))
		sent <- n
	})
	refused(t, fetched(t, courier.Fetch{URL: url, Limit: 2 << 20}, patience), courier.TooLarge)
	if n := <-sent; n > 20<<20 {
		t.Errorf("%d bytes were sent", n)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAServerThatSaysAByteNowAndThenIsLate(t *testing.T) {
	t.Parallel()
	url := website(t, func(w http.ResponseWriter, r *http.Request) {
		ticks := time.NewTicker(50 * time.Millisecond)
		defer ticks.Stop()
		for r.Context().Err() == nil {
			<-ticks.C
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
		}
	})
	begun, clock := time.Now(), stall.Begin()
	refused(t, fetched(t, courier.Fetch{URL: url, Limit: 1 << 20}, 400*time.Millisecond), courier.Late)
	if took := time.Since(begun); took < 400*time.Millisecond || clock.Took() > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestABlackHoleIsLate(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for name, url := range map[string]string{
		"never accepts": "http://" + l.Addr().String(), "no TLS": "https://" + l.Addr().String(),
		"says nothing": wire(t, "", true), "half a header": wire(t, "HTTP/1.1 200 OK\r\nContent-", true),
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, fetched(t, courier.Fetch{URL: url}, 300*time.Millisecond), courier.Late)
		})
	}
}

func TestWhatIsNotTheAnswerThatWasAskedForIsRefused(t *testing.T) {
	t.Parallel()
	const ok, crl = "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nConnection: close\r\n", "application/pkix-crl"
	for name, c := range map[string]struct {
		says string
		want courier.Reason
	}{
		"hangs up at once":             {"", courier.Unreachable},
		"hangs up in the body":         {ok + "Content-Length: 9\r\n\r\nabc", courier.Unreachable},
		"a garbage status line":        {"\x16\x03\x01 what?\r\n\r\n", courier.Malformed},
		"a garbage length":             {ok + "Content-Length: -9\r\n\r\nabc", courier.Malformed},
		"two lengths":                  {ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", courier.Malformed},
		"garbage chunks":               {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", courier.Malformed},
		"a header without end":         {ok + "X: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\nabc", courier.Malformed},
		"another type":                 {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nabc", courier.BadType},
		"no type":                      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", courier.BadType},
		"compressed without being let": {ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", courier.BadType},
		"a part of it":                 {strings.Replace(ok, "200 OK", "206 Partial Content", 1) + "Content-Length: 3\r\n\r\nabc", courier.BadStatus},
		"nothing there":                {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", courier.BadStatus},
		"wants a name":                 {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", courier.BadStatus},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, fetched(t, courier.Fetch{URL: wire(t, c.says, false), Accept: crl}, patience), c.want)
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	other := website(t, func(http.ResponseWriter, *http.Request) { t.Error("it was followed") })
	for _, code := range []int{301, 302, 303, 307, 308} {
		url := website(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, code) })
		refused(t, fetched(t, courier.Fetch{URL: url, Body: []byte("x")}, patience), courier.BadStatus)
	}
}

func TestNobodyAtTheAddressIsUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"http://" + address, "http://a-name-that-is.invalid/"} {
		refused(t, fetched(t, courier.Fetch{URL: url}, patience), courier.Unreachable)
	}
}

func TestAServerThatNobodyVouchesForIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	s.Config.ErrorLog = nil
	s.StartTLS()
	defer s.Close()
	refused(t, fetched(t, courier.Fetch{URL: s.URL}, patience), courier.BadTLS)
	refused(t, fetched(t, courier.Fetch{URL: strings.Replace(wire(t, "HTTP/1.1 400 No\r\n\r\n", false), "http", "https", 1)}, patience), courier.BadTLS)
}

func TestOnlyPlainWebAddressesAreAsked(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "file:///etc/passwd", "ftp://127.0.0.1/a", "ldap://127.0.0.1/", "http:///a", "http://", "//127.0.0.1/a", "http:127.0.0.1",
		"http://anna:secret@127.0.0.1/", "http://anna@127.0.0.1/", "http://127.0.0.1:port/", "http://127.0.0.1/\r\nHost: b", "http://[::1",
	} {
		refused(t, fetched(t, courier.Fetch{URL: url}, patience), courier.Malformed)
	}
	refused(t, fetched(t, courier.Fetch{URL: "http://127.0.0.1/", Limit: -1}, patience), courier.Malformed)
}

func TestTheEnvironmentNamesNoProxy(t *testing.T) {
	proxy := website(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("http_proxy", proxy)
	refused(t, fetched(t, courier.Fetch{URL: "http://a-name-that-is.invalid/"}, patience), courier.Unreachable)
}

func TestAFetchEndsWithItsAsker(t *testing.T) {
	t.Parallel()
	came, gone := make(chan struct{}), make(chan struct{})
	url := website(t, func(_ http.ResponseWriter, r *http.Request) {
		close(came)
		<-r.Context().Done()
		close(gone)
	})
	conn := put(t, served(t), courier.Question{Fetch: &courier.Fetch{URL: url, Limit: 9}, Timeout: patience})
	<-came
	_ = conn.Close()
	select {
	case <-gone:
	case <-time.After(patience / 2):
		t.Error("the fetch goes on without an asker")
	}
}

func TestAHundredQuestionsAreAnsweredSixteenAtATime(t *testing.T) {
	t.Parallel()
	var now, most = make(chan int, 1), 0
	now <- 0
	url := website(t, func(w http.ResponseWriter, _ *http.Request) {
		n := <-now + 1
		most = max(most, n)
		now <- n
		_, _ = w.Write(bytes.Repeat([]byte("a"), 100))
		now <- <-now - 1
	})
	socket := served(t)
	var conns []net.Conn
	for range 100 {
		conns = append(conns, put(t, socket, courier.Question{Fetch: &courier.Fetch{URL: url, Limit: 100}, Timeout: patience}))
	}
	for _, conn := range conns {
		if a, err := courier.ReadAnswer(conn, 100); err != nil || a.Failure != nil || len(a.Body) != 100 {
			t.Errorf("%v, %v, %d bytes", err, a.Failure, len(a.Body))
		}
	}
	if <-now; most > atOnce {
		t.Errorf("%d were asked at a time", most)
	}
}

func TestAFetchGoesThroughTheProxyThatTheQuestionNames(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := website(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		_, _ = io.WriteString(w, "from afar")
	})
	const far = "http://ocsp.example.invalid/list"
	if got := fetched(t, courier.Fetch{URL: far, Proxy: proxy}, 5*time.Second); got.Failure != nil || string(got.Body) != "from afar" || <-asked != far {
		t.Errorf("got %+v", got)
	}
	for _, odd := range []string{"http://me:secret@127.0.0.1:1", "https://127.0.0.1:1", "socks5://127.0.0.1:1", "http://", "%"} {
		if got := fetched(t, courier.Fetch{URL: far, Proxy: odd}, 5*time.Second); got.Failure == nil || got.Failure.Reason != courier.Malformed {
			t.Errorf("%s: got %+v", odd, got)
		}
	}
}
