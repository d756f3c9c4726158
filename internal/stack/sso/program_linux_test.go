package sso

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/soak"
)

// moduleVar in the environment makes the test program one of anna's programs instead, which uses the card through that
// PKCS#11 module. It does what each line of its input says and answers with a line.
const moduleVar = "SITHS_SSO_MODULE"

func TestMain(m *testing.M) {
	module := os.Getenv(moduleVar)
	if module == "" {
		soak.Together(4)
		os.Exit(m.Run())
	}
	if err := serve(module, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers lines until there are no more. A command that fails answers with its error.
func serve(module string, in io.Reader, out io.Writer) error {
	c, err := newCard(module)
	if err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		do, known := commands()[word]
		if !known {
			return fmt.Errorf("no command %q", word)
		}
		begun := time.Now()
		said, err := do(c, rest)
		if err != nil {
			said = "error " + err.Error()
		}
		if _, err := fmt.Fprintf(out, "%d %s\n", time.Since(begun).Microseconds(), strings.ReplaceAll(said, "\n", " ")); err != nil {
			return err
		}
	}
	return nil
}

// commands are what the program can do: "open" a session and find the key, "sign" in the session that is open, count
// "slots" with a card, fetch a "page" with the card: the address, and the file with the root certificate.
func commands() map[string]func(*card, string) (string, error) {
	return map[string]func(*card, string) (string, error){
		"open":  func(c *card, _ string) (string, error) { return "ok", c.open() },
		"sign":  func(c *card, _ string) (string, error) { return "ok", c.signSomething() },
		"slots": func(c *card, _ string) (string, error) { return c.slots() },
		"page":  page,
	}
}

// page fetches a page, with a new session and a new handshake.
func page(c *card, words string) (string, error) {
	url, rootFile, _ := strings.Cut(words, " ")
	if err := c.open(); err != nil {
		return "", err
	}
	defer func() { _ = c.module.CloseSession(c.session) }() // it has ended by itself when the card has gone
	root, err := os.ReadFile(rootFile)
	if err != nil {
		return "", err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	own := tls.Certificate{Certificate: [][]byte{c.cert.Raw}, PrivateKey: c}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: lab.App, Certificates: []tls.Certificate{own}}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), errors.Join(err, answer.Body.Close())
}
