package responder

import (
	"bytes"
	"net/http"
	"time"
)

// Fault is one way in which a responder is of no use, or worse.
type Fault string

// Faults of the network and of HTTP, for OCSP and lists.
const (
	None      Fault = ""
	BlackHole Fault = "black-hole" // takes the question and says nothing
	Slow      Fault = "slow"       // one byte a second
	Huge      Fault = "huge"       // 200 MB
	Garbage   Fault = "garbage"    // no DER
	Page      Fault = "page"       // a web page, as proxies send it
	Broken    Fault = "broken"     // HTTP status 500
	Trailing  Fault = "trailing"   // bytes after the end
)

// Faults of an answer itself.
const (
	Expired    Fault = "expired"
	Future     Fault = "future"
	SHA1       Fault = "sha1"
	ByForger   Fault = "by-forger"  // by an authority of the same name with another key
	BySibling  Fault = "by-sibling" // by another authority of the hierarchy
	OtherOwner Fault = "other"      // OCSP: about another certificate; list: of another authority
)

// Faults of an OCSP answer alone.
const (
	Unsigned      Fault = "unsigned"
	Altered       Fault = "altered" // one bit of the signature is another
	Replay        Fault = "replay"  // the first good answer that was given, again
	TryLater      Fault = "try-later"
	Unauthorised  Fault = "unauthorised"
	OtherNonce    Fault = "other-nonce"
	OtherKeyHash  Fault = "other-key-hash"    // the serial number of another authority's certificate
	NoUsage       Fault = "no-usage"          // the signer is not certified for OCSP
	ByPerson      Fault = "by-person"         // the signer has a card, which is for other things
	SignerIsOver  Fault = "signer-is-over"    // its certificate has expired
	UnknownStatus Fault = "unknown-status"    // the responder does not know the certificate
	CriticalParts Fault = "critical-unknowns" // a critical extension that nobody knows
)

// Faults of a list alone.
const (
	Delta  Fault = "delta"
	Scoped Fault = "scoped" // for a part of the certificates
	Forget Fault = "forget" // nobody is on it
)

// hugeSize is how much a Huge answer has, in bytes.
const hugeSize = 200 << 20

// disturb does what needs no answer. It says whether that was all.
func disturb(w http.ResponseWriter, req *http.Request, f Fault) bool {
	switch f {
	case BlackHole:
		<-req.Context().Done()
	case Huge:
		block := make([]byte, 1<<20)
		for n := 0; n < hugeSize; n += len(block) {
			if _, err := w.Write(block); err != nil {
				break
			}
		}
	case Garbage:
		_, _ = w.Write(bytes.Repeat([]byte{0x30, 0x82, 0xff, 0x00}, 100)) // who has gone needs no answer
	case Page:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><body>Proxy error</body></html>"))
	case Broken:
		http.Error(w, "broken", http.StatusInternalServerError)
	default:
		return false
	}
	return true
}

// send writes an answer, or spoils it on the way.
func send(w http.ResponseWriter, req *http.Request, answer []byte, f Fault) {
	if f == Trailing {
		answer = append(bytes.Clone(answer), 0)
	}
	if f != Slow {
		_, _ = w.Write(answer)
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for i := range answer {
		if _, err := w.Write(answer[i : i+1]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush() // a connection that is gone shows at the next byte
		select {
		case <-second.C:
		case <-req.Context().Done():
			return
		}
	}
}
