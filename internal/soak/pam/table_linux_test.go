package pam

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
)

// golden has a line for each cause: what the module returns, then what comes of each stack.
const golden = "testdata/truth.golden"

var update = flag.Bool("update", false, "write "+golden+", where the long form is run")

// cause is one way for an attempt to end.
type cause struct {
	name    string
	user    string   // "": anna; "-": none; empty
	words   []string // of the application and the person, see testdata/driver.c of pamtest
	code    int      // what the module returns
	socket  string   // "": the scene's
	options string   // of the module
	ahead   string   // a module before ours, in every stack
	prepare func()   // before each attempt
	proves  bool     // the card proves its holder, though the module refuses
}

// empty stands for a name without letters.
const empty = "(empty)"

// scene is where attempts are made.
type scene struct {
	t      *testing.T
	table  *table
	lab    *stack.Lab // where the application runs; nil: outside of all labs
	place  *pamtest.Place
	socket string
	slow   bool // each attempt takes seconds

	meddler   string // the module that stands for MEDDLER
	successes int    // attempts that the module let in
	proved    int    // attempts that it refused although the card may have proved who it is
}

// table collects what every cause comes to in every stack.
type table struct {
	mu    sync.Mutex
	rows  map[string]map[string]string // by cause, then by stack
	cells int
	turn  int
}

// shapes are the names of all stacks, in order.
func shapes() []string { return slices.Sorted(maps.Keys(pamtest.Stacks())) }

// next are the stacks to try a cause in: all of them, or in the short form one, and another for the next cause.
func (tb *table) next(slow bool) []string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	all := shapes()
	if slow {
		return all[:soak.Size(1, slowStacks)]
	}
	n := soak.Size(1, len(all))
	picked := make([]string, n)
	for i := range picked {
		picked[i] = all[(tb.turn+i)%len(all)]
	}
	tb.turn += n
	return picked
}

func (tb *table) enter(cause, stack string, code int) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.cells++
	if tb.rows[cause] == nil {
		tb.rows[cause] = map[string]string{}
	}
	tb.rows[cause][stack] = pamtest.Name(code)
}

// slowStacks is in how many stacks a cause is tried that lets everybody wait.
const slowStacks = 3

// contract are the codes that the module may return.
func contract() []int {
	return []int{pamtest.Success, pamtest.AuthErr, pamtest.MaxTries, pamtest.AuthinfoUnavail, pamtest.UserUnknown, pamtest.SystemErr}
}

// try makes one attempt alone, to see the module's own code, and one in each of the stacks that are due.
func (s *scene) try(c cause) {
	s.t.Helper()
	code := s.attempt(c, service, "auth required MODULE")
	s.table.enter(c.name, "", code)
	if code != c.code || !slices.Contains(contract(), code) {
		s.t.Errorf("%s: the module returns %s, want %s", c.name, pamtest.Name(code), pamtest.Name(c.code))
	}
	for _, shape := range s.table.next(s.slow) {
		st := pamtest.Stacks()[shape]
		got := s.attempt(c, "shape", st.Lines...)
		s.table.enter(c.name, shape, got)
		opened, may := got == pamtest.Success, st.LetsIn[c.code]
		// A module before ours may ask for the name that the application does not give, and take what was meant for us.
		named := c.user != "-" && c.user != empty
		if opened && !may || !opened && may && named || got == pamtest.PermDenied {
			s.t.Errorf("%s in the stack %q: %s", c.name, shape, pamtest.Name(got))
		}
	}
}

func (s *scene) attempt(c cause, name string, lines ...string) int {
	s.t.Helper()
	if c.prepare != nil {
		c.prepare()
	}
	socket, user := c.socket, c.user
	if socket == "" {
		socket = s.socket
	}
	if user == "" {
		user = "anna"
	}
	if user == empty {
		user = ""
	}
	ahead := strings.ReplaceAll(c.ahead, "MEDDLER", s.meddler)
	// The other service is there for the stacks that include it.
	write(s.t, s.place, service, socket+" "+c.options, ahead, "auth required MODULE")
	write(s.t, s.place, name, socket+" "+c.options, append([]string{ahead}, lines...)...)
	o := s.login(name, user, c.words...)
	switch {
	case c.code == pamtest.Success && o.Codes["auth"] == pamtest.Success:
		s.successes++
	case c.proves:
		s.proved++
	}
	if len(o.Marks) > 0 {
		s.t.Errorf("%s: marks on the application: %q", c.name, o.Marks)
	}
	return o.Codes["auth"]
}

// login is one attempt of the scripted application.
func (s *scene) login(name, user string, words ...string) pamtest.Outcome {
	s.t.Helper()
	cmd := s.place.Driver(name, user, append(words, "auth")...)
	if s.lab == nil {
		return pamtest.Run(s.t, cmd)
	}
	r, err := s.lab.Run(s.t.Context(), stack.Cmd{Path: cmd.Path, Args: cmd.Args[1:]})
	if err != nil || r.Code != 0 {
		s.t.Fatalf("driver: %v, code %d\n%s%s", err, r.Code, r.Stdout, r.Stderr)
	}
	return pamtest.Read(r.Stdout)
}

// text is the table as the golden file has it: what the module returns, and a letter for what comes of each stack.
func (tb *table) text() string {
	var b strings.Builder
	for i, shape := range shapes() {
		fmt.Fprintf(&b, "# %c %s\n", 'a'+i, shape)
	}
	for _, name := range slices.Sorted(maps.Keys(tb.rows)) {
		fmt.Fprintf(&b, "%s: %s", name, tb.rows[name][""])
		for i, shape := range shapes() {
			if code := tb.rows[name][shape]; code != "" {
				fmt.Fprintf(&b, " %c=%s", 'a'+i, strings.TrimPrefix(code, "PAM_"))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// compare holds what was found against the golden file, which the short form sees parts of.
func (tb *table) compare(t *testing.T) {
	t.Helper()
	if *update && soak.Long() {
		if err := os.WriteFile(golden, []byte(tb.text()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	known := parse(string(want))
	for name, row := range tb.rows {
		for shape, code := range row {
			if known[name][shape] != code {
				t.Errorf("%s, stack %q: %s, the table has %q", name, shape, code, known[name][shape])
			}
		}
	}
	for name := range known {
		if soak.Long() && tb.rows[name] == nil {
			t.Errorf("%s was not tried", name)
		}
	}
}

// parse reads a golden file.
func parse(text string) map[string]map[string]string {
	rows := map[string]map[string]string{}
	for line := range strings.Lines(text) {
		cut := strings.LastIndex(line, ": ")
		if cut < 0 || line[0] == '#' {
			continue
		}
		codes := strings.Fields(line[cut+2:])
		row := map[string]string{"": codes[0]}
		for _, code := range codes[1:] {
			row[shapes()[code[0]-'a']] = named(code[2:])
		}
		rows[line[:cut]] = row
	}
	return rows
}

// named is a code as the driver tells it: by its name, or by its number where it has none for it.
func named(code string) string {
	if code[0] >= '0' && code[0] <= '9' {
		return code
	}
	return "PAM_" + code
}
