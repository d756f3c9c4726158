package child

import (
	"regexp"
	"strconv"
	"strings"

	"siths-agent/agent/ticket"
)

// base is MIT Kerberos' number of the protocol's error 0; the others follow it (krb5_err.et).
const base = -1765328384

// preauthRequired is the KDC's question for a proof, which is no failure (RFC 4120, 7.5.9, KDC_ERR_PREAUTH_REQUIRED).
const preauthRequired = 25

// byNumber says what a KDC's error means (RFC 4120, 7.5.9, and RFC 4556, 3.1.3).
func byNumber() map[int]ticket.Reason {
	return map[int]ticket.Reason{
		1:  ticket.Expired,     // KDC_ERR_NAME_EXP
		6:  ticket.NotMapped,   // KDC_ERR_C_PRINCIPAL_UNKNOWN
		18: ticket.Revoked,     // KDC_ERR_CLIENT_REVOKED: the account is closed
		23: ticket.Expired,     // KDC_ERR_KEY_EXPIRED
		29: ticket.Unreachable, // KDC_ERR_SVC_UNAVAILABLE
		37: ticket.ClockSkew,   // KRB_AP_ERR_SKEW
		62: ticket.Untrusted,   // KDC_ERR_CLIENT_NOT_TRUSTED
		63: ticket.WrongKDC,    // KDC_ERR_KDC_NOT_TRUSTED
		64: ticket.Refused,     // KDC_ERR_INVALID_SIG
		66: ticket.NotMapped,   // KDC_ERR_CERTIFICATE_MISMATCH: another than the account names
		70: ticket.Untrusted,   // KDC_ERR_CANT_VERIFY_CERTIFICATE
		71: ticket.Untrusted,   // KDC_ERR_INVALID_CERTIFICATE
		72: ticket.Revoked,     // KDC_ERR_REVOKED_CERTIFICATE
		73: ticket.Untrusted,   // KDC_ERR_REVOCATION_STATUS_UNKNOWN
		75: ticket.NotMapped,   // KDC_ERR_CLIENT_NAME_MISMATCH
		77: ticket.Untrusted,   // KDC_ERR_INCONSISTENT_KEY_PURPOSE
	}
}

// byWords says what kinit means where no number tells: what went wrong on this side. The first that fits counts.
func byWords() []struct {
	words  string
	reason ticket.Reason
} {
	return []struct {
		words  string
		reason ticket.Reason
	}{
		{"shows no slots with tokens", ticket.CardGone},
		{"PKCS#11 error", ticket.CardGone},
		{"Failed to verify own certificate (depth 0): certificate has expired", ticket.Expired},
		{"Failed to verify own certificate (depth 0): certificate is not yet valid", ticket.Expired},
		{"Failed to verify own certificate", ticket.Untrusted},
		{"Failed to verify received certificate", ticket.WrongKDC},
		{"Clock skew too great", ticket.ClockSkew},
		{"Cannot contact any KDC", ticket.Unreachable},
		{"Cannot find KDC", ticket.Unreachable},
		{"Improper format of Kerberos configuration file", ticket.Malformed},
		{"Cannot open file", ticket.Malformed},
		{"Configuration file does not specify default realm", ticket.Malformed},
	}
}

// judge says why kinit has failed, by what it has said in the C locale: its trace gives the numbers of the KDC's errors.
func judge(said string) *ticket.Failure {
	f := &ticket.Failure{Reason: ticket.Refused, Detail: lastWords(said)}
	if n, ok := lastError(said); ok {
		if reason, known := byNumber()[n]; known {
			f.Reason = reason
		}
		return f
	}
	for _, w := range byWords() {
		if strings.Contains(said, w.words) {
			f.Reason = w.reason
			return f
		}
	}
	if wrongReply(said) {
		f.Reason = ticket.WrongKDC
	}
	return f
}

// lastError is the KDC's last error that is not its question for a proof.
func lastError(said string) (n int, found bool) {
	for _, m := range regexp.MustCompile(`Received error from KDC: (-?[0-9]{1,10})/`).FindAllStringSubmatch(said, -1) {
		number, err := strconv.Atoi(m[1])
		if err == nil && number-base != preauthRequired {
			n, found = number-base, true
		}
	}
	return n, found
}

// wrongReply says whether the proof of the KDC (RFC 4120, 5.2.7: PA-PK-AS-REP is 17) was not good enough.
func wrongReply(said string) bool {
	return regexp.MustCompile(`Preauth module pkinit \(17\) \(real\) returned: -`).MatchString(said)
}

// lastWords is the last line that kinit has written itself, and not its trace.
func lastWords(said string) string {
	last := "kinit has failed without a word"
	for line := range strings.Lines(said) {
		if _, words, found := strings.Cut(line, "kinit: "); found {
			last = strings.TrimSpace(words)
		}
	}
	return last
}
