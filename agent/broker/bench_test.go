package broker

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// BenchmarkSign is what a signature costs beside the card, whose own time is 100 ms here, with rows on a real disk.
func BenchmarkSign(b *testing.B) {
	trail, err := audit.Open(b.TempDir(), audit.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer trail.Close()
	rich, w := web("lifecare"), newWorld()
	rich.TLS.MaxSignaturesPerMinute = 1 << 30
	w.Broker = New(Parts{Log: slog.New(slog.DiscardHandler), Record: func(ctx context.Context, row audit.Row) error {
		_, err := trail.Append(ctx, row)
		return err
	}})
	w.Reload([]system.System{rich})
	w.takes = 100 * time.Millisecond
	if w.ready, err = signWith(token.PKCS1SHA256, digest()); err != nil {
		b.Fatal(err)
	}
	w.Open(b.Context(), w.anna(1))
	g, err := w.Grant(b.Context(), browser(), tlsUse())
	if err != nil {
		b.Fatal(err)
	}
	var over []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := g.Sign(b.Context(), token.PKCS1SHA256, digest()); err != nil {
			b.Fatal(err)
		}
		over = append(over, time.Since(began)-w.takes)
	}
	slices.Sort(over)
	b.ReportMetric(float64(over[len(over)/2].Microseconds()), "p50-µs-over-the-card")
	b.ReportMetric(float64(over[len(over)*95/100].Microseconds()), "p95-µs-over-the-card")
}
