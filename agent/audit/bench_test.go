package audit

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkAppend measures one durable row: mean, and the median and 95th percentile of each.
func BenchmarkAppend(b *testing.B) {
	l, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	row := story()[4]
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := l.Append(b.Context(), row); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}

// BenchmarkVerify measures reading and checking, in rows of a working day.
func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l, err := Open(dir, Options{open: openUnsynced})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for range 1000 {
		for _, r := range story() {
			if _, err := l.Append(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		if err := checkRows(l.Path(), 10000); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10000, "ns/row")
}

// unsynced is for filling a log fast where durability is not the question.
type unsynced struct{ file }

func (unsynced) Sync() error { return nil }

func openUnsynced(path string) (file, error) {
	f, err := openFile(path)
	return unsynced{f}, err
}
