// Package expiry remembers which warnings have been given about certificates that are about to end.
package expiry

import (
	"slices"
	"sync"
	"time"
)

const day = 24 * time.Hour

// thresholds are how many days before its end a certificate is warned about, the last warning first.
func thresholds() []int { return []int{1, 7, 14, 30, 60} }

// Days is how many whole days are left until notAfter; none of one that has ended.
func Days(notAfter, now time.Time) int { return max(int(notAfter.Sub(now)/day), 0) }

// note is the last warning that was given about one certificate.
type note struct {
	Days     int       `json:"days"` // one of thresholds
	NotAfter time.Time `json:"not_after"`
}

// Memory is what has been told. Its methods may be called from any goroutine.
type Memory struct {
	path string
	mu   sync.Mutex
	told map[string]note // by certificate: the SHA-256 of its DER, hex
}

// Take returns how many days a certificate has left and whether that is to be told now, which it then counts as: once for
// each threshold. cert is the SHA-256 of its DER form, hex. When the clock has been set back behind a threshold by more than
// a day, what was told too early is told again in its time.
func (m *Memory) Take(cert string, notAfter, now time.Time) (days int, due bool) {
	days = Days(notAfter, now)
	i := slices.IndexFunc(thresholds(), func(t int) bool { return days <= t })
	if i < 0 || !now.Before(notAfter) {
		return days, false
	}
	next := note{Days: thresholds()[i], NotAfter: notAfter.UTC()}
	m.mu.Lock()
	defer m.mu.Unlock()
	if last, told := m.told[cert]; told && isTold(last.Days, next.Days, days) {
		return days, false
	}
	m.told[cert] = next
	return days, true
}

// Forget takes back that a certificate was told of: the row about it could not be written.
func (m *Memory) Forget(cert string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.told, cert)
}
