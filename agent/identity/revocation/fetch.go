package revocation

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/url"
	"time"

	"siths-agent/agent/courier"
)

const (
	// maxAddresses is how many of a certificate's addresses are tried.
	maxAddresses = 2
	// maxAddress is the longest address that is tried, in bytes.
	maxAddress = 1024
	// listTime is how long a list may take from one address. A login does not wait that long, but finds the list at the next try.
	listTime = time.Minute
	// nonceSize is what RFC 8954, 2.1 asks of who makes one, in bytes.
	nonceSize = 32
)

var errNoAddress = errors.New("no address to ask at")

// addresses are those that can be asked, from a certificate that has been verified.
func addresses(listed []string) []string {
	var found []string
	for _, address := range listed {
		u, err := url.Parse(address)
		if err == nil && len(address) <= maxAddress && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil {
			found = append(found, address)
		}
	}
	return found[:min(len(found), maxAddresses)]
}

// askOCSP asks the responders of a certificate about it.
func (s *Store) askOCSP(ctx context.Context, cert, ca *x509.Certificate, timeout time.Duration) *question {
	about := subjectOf(cert, ca)
	return s.ask(ctx, "ocsp "+hex.EncodeToString(about[:]), responderOf(cert), func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return s.each(ctx, addresses(cert.OCSPServer), func(ctx context.Context, address string) error {
			return s.fetchOCSP(ctx, address, cert, ca, timeout)
		})
	})
}

// responderOf names the responder of a certificate, for its rest.
func responderOf(cert *x509.Certificate) string {
	if found := addresses(cert.OCSPServer); len(found) > 0 {
		return found[0]
	}
	return ""
}

func (s *Store) fetchOCSP(ctx context.Context, address string, cert, ca *x509.Certificate, timeout time.Duration) error {
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	asked, err := newRequest(cert, ca, nonce)
	if err != nil {
		return err
	}
	answer, err := s.asker.Ask(ctx, courier.Question{Timeout: timeout, Fetch: &courier.Fetch{
		URL: address, Body: asked, Type: "application/ocsp-request", Accept: "application/ocsp-response", Limit: maxOCSPSize}})
	if err != nil {
		return err
	}
	return s.takeAnswer(answer.Body, cert, ca, nonce)
}

// askList asks for an authority's revocation list.
func (s *Store) askList(ctx context.Context, ca *x509.Certificate, at []string) *question {
	by := authorityOf(ca)
	name := "list " + hex.EncodeToString(by[:])
	return s.ask(ctx, name, name, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, listTime*time.Duration(len(at)))
		defer cancel()
		return s.each(ctx, at, func(ctx context.Context, address string) error {
			answer, err := s.asker.Ask(ctx, courier.Question{Timeout: listTime, Fetch: &courier.Fetch{URL: address, Limit: maxCRLSize}})
			if err != nil {
				return err
			}
			return s.takeList(answer.Body, ca)
		})
	})
}

// each tries addresses at their pace until one is good. Who does not answer leaves the next one its share of the time.
func (s *Store) each(ctx context.Context, at []string, try func(ctx context.Context, address string) error) error {
	err := errNoAddress
	for n, address := range at {
		if err = s.pace.wait(ctx); err != nil {
			return err
		}
		share, cancel := context.WithDeadline(ctx, shareOf(ctx, len(at)-n))
		err = try(share, address)
		cancel()
		if err == nil {
			return nil
		}
		s.log.Info("no answer about revocation", "address", address, "error", err)
	}
	return err
}

// shareOf is when the first of so many that have the time of ctx between them has had its own. ctx has an end.
func shareOf(ctx context.Context, parts int) time.Time {
	end, _ := ctx.Deadline()
	return time.Now().Add(time.Until(end) / time.Duration(parts))
}
