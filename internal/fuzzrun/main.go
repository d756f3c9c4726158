// Command fuzzrun runs every fuzz target of the module for a while, prints what each did, and keeps the sum in the sheet.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"siths-agent/internal/soak"
)

func main() {
	howLong := flag.Duration("for", 30*time.Second, "how long each target runs")
	only := flag.String("only", "", "the one target to run; empty: all")
	sheet := flag.String("sheet", "", "the sheet that keeps the sum; empty: none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := fuzz(ctx, *howLong, *only, *sheet)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzzrun:", err)
		os.Exit(1)
	}
}

// fuzz runs the targets one after the other; each uses all processors itself.
func fuzz(ctx context.Context, howLong time.Duration, only, sheet string) error {
	targets, err := find(".")
	if err != nil {
		return fmt.Errorf("looking for targets: %w", err)
	}
	var all []result
	for _, t := range targets {
		if only != "" && only != t.name {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		fmt.Println(t.pkg, t.name)
		all = append(all, run(ctx, ".", t, howLong))
	}
	if ctx.Err() != nil { // the last one was broken off, which is no failure of its own
		show(os.Stdout, all[:max(0, len(all)-1)], "broken off")
		return ctx.Err()
	}
	if len(all) == 0 {
		return fmt.Errorf("there is no target %q", only)
	}
	row := sum(all, howLong)
	show(os.Stdout, all, row.Found)
	if sheet != "" && only == "" {
		if err := soak.Keep(sheet, row); err != nil {
			return err
		}
	}
	if row.Failed {
		return fmt.Errorf("%s", row.Found)
	}
	return nil
}

// sum is the row of the sheet.
func sum(all []result, howLong time.Duration) soak.Row {
	var execs int64
	crashes := 0
	for _, r := range all {
		execs += r.execs
		if r.failure != "" {
			crashes++
		}
	}
	return soak.Row{ID: "6.1", Name: "fuzz targets, over every parser of bytes that we did not write", Asked: "0 failures",
		Found:   fmt.Sprintf("%d targets, %s each, %d executions, %d failed", len(all), howLong, execs, crashes),
		Failed:  crashes > 0,
		Command: "make fuzz FUZZTIME=" + howLong.String(), When: time.Now().UTC()}
}

// show prints what failed, and a table of all.
func show(w io.Writer, all []result, total string) {
	for _, r := range all {
		if r.failure != "" {
			fmt.Fprintf(w, "\n%s %s: %s\n", r.pkg, r.name, r.failure)
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\npackage\ttarget\texecutions\tnew interesting\tresult")
	for _, r := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\n", r.pkg, r.name, r.execs, r.interesting, r.verdict())
	}
	_ = table.Flush() // what cannot be shown cannot be told either
	fmt.Fprintln(w, total)
}
