package report

import (
	"bytes"
	"testing"
)

// BenchmarkMake measures a report, in rows of logins.
func BenchmarkMake(b *testing.B) {
	l := newLog()
	for n := range 10_000 {
		l.login(n, "SE2321000131-P000000000001", 4_000_000_000)
	}
	b.SetBytes(int64(l.Len()))
	for b.Loop() {
		if _, err := Make(Options{}, bytes.NewReader(l.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*l.n), "ns/row")
}
