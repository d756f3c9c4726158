package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// slack is how much longer than asked one target may take: building it, its corpus, and the end of its workers.
const slack = 5 * time.Minute

// result is how one target went.
type result struct {
	target
	execs, interesting int64
	failure            string // the output of a run that failed
}

// progress is a line of go test while it fuzzes.
var progress = regexp.MustCompile(`execs: (\d+) .*new interesting: (\d+)`)

// take reads one line of output.
func (r *result) take(line string) {
	m := progress.FindStringSubmatch(line)
	if m == nil {
		return
	}
	r.execs, _ = strconv.ParseInt(m[1], 10, 64) // the pattern lets digits only through
	r.interesting, _ = strconv.ParseInt(m[2], 10, 64)
}

// run fuzzes one target for a while.
func run(ctx context.Context, root string, t target, howLong time.Duration) result {
	r := result{target: t}
	ctx, cancel := context.WithTimeout(ctx, howLong+slack)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", "ci", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", howLong.String(),
		"-fuzzminimizetime", "1x", "./"+t.pkg)
	cmd.Dir, cmd.WaitDelay = root, time.Second // its workers have the same output, and may outlive it
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	output := make(chan string)
	go func() { output <- r.read(read) }()
	err := cmd.Run()
	_ = write.Close()
	said := <-output
	switch {
	case err != nil:
		r.failure = fmt.Sprintf("%v\n%s", err, said)
	case r.execs == 0: // a pattern that matches no target is no error for go test
		r.failure = "nothing was run\n" + said
	}
	return r
}

// read takes the output in and returns the lines that are no progress.
func (r *result) read(output io.Reader) string {
	var rest strings.Builder
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<24) // an input that fails is printed on one line
	for lines.Scan() {
		r.take(lines.Text())
		if !strings.HasPrefix(lines.Text(), "fuzz: elapsed") {
			rest.WriteString(lines.Text() + "\n")
		}
	}
	_, _ = io.Copy(io.Discard, output) // go test must not wait for a reader that gave up
	return rest.String()
}

// verdict is the last column of the table.
func (r result) verdict() string {
	if r.failure != "" {
		return "FAILED"
	}
	return "ok"
}
