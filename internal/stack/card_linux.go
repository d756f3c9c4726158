package stack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// CardOptions are the choices of a virtual card. The zero value is an IDPrime card in the first slot with the
// program's own PINs and no latency.
type CardOptions struct {
	// Slot is the reader's slot, 0 or 1.
	Slot int
	// Profile is "idprime" or "pkcs15"; empty means idprime.
	Profile string
	// PIN and SignPIN are the card's two PINs; empty means siths-vcard's own (123456 and 654321).
	PIN, SignPIN string
	// PUK and SignPUK unblock those; empty means siths-vcard's own (12345678 and 87654321).
	PUK, SignPUK string
	// Latency is what each APDU takes, SignLatency what a signature takes on top.
	Latency, SignLatency time.Duration
	// Absent starts it outside of the reader.
	Absent bool
}

// Card is a running virtual card, spoken to over its control socket.
type Card struct {
	proc    *Proc
	control string
}

// CardStat is what the card has counted since it was made, and which card it is.
type CardStat struct {
	// APDU counts all commands, Verify and Sign those that check a PIN and sign.
	APDU, Verify, Sign int
	// Change counts commands that give a code a new value, Unblock those that carry a PUK.
	Change, Unblock int
	// Tries is what the authentication PIN has left; the others are -1 when the card has no such code.
	Tries        int
	SignTries    int `json:"sign_tries"`
	PUKTries     int `json:"puk_tries"`
	SignPUKTries int `json:"sign_puk_tries"`
	// Card is the number of the card that answers now, Signer that of the card that gave the last signature.
	Card, Signer string
}

// Card starts a virtual card with the keys and certificates of a folder (auth.key, auth.pem, sign.key, sign.pem) and
// returns when its control socket answers. It runs until ctx ends.
func (l *Lab) Card(ctx context.Context, pki string, o CardOptions) (*Card, error) {
	program, err := l.Program("siths-vcard")
	if err != nil {
		return nil, err
	}
	address, err := slotAddress(o.Slot)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.cards++
	control := l.Path("run", "card-"+strconv.Itoa(l.cards)+".sock")
	l.mu.Unlock()
	proc, err := l.Start(ctx, Cmd{Path: program, Args: o.args(address, pki, control)})
	if err != nil {
		return nil, err
	}
	c := &Card{proc: proc, control: control}
	return c, proc.awaitReady(ctx, func() bool { return canDial(control) })
}

// args are the arguments of siths-vcard.
func (o CardOptions) args(address, pki, control string) []string {
	profile := o.Profile
	if profile == "" {
		profile = "idprime"
	}
	args := []string{"--vpcd", address, "--profile", profile, "--pki", pki, "--control", control}
	for _, code := range [][2]string{{"--pin", o.PIN}, {"--sign-pin", o.SignPIN}, {"--puk", o.PUK}, {"--sign-puk", o.SignPUK}} {
		if code[1] != "" {
			args = append(args, code[0], code[1])
		}
	}
	if o.Latency > 0 {
		args = append(args, "--latency", o.Latency.String())
	}
	if o.SignLatency > 0 {
		args = append(args, "--sign-latency", o.SignLatency.String())
	}
	if o.Absent {
		args = append(args, "--absent")
	}
	return args
}

// Insert puts the card into the reader.
func (c *Card) Insert() error { return c.do("insert") }

// Remove takes it out.
func (c *Card) Remove() error { return c.do("remove") }

// Fault gives the card a fault by name; Clear takes all faults away.
func (c *Card) Fault(name string, args ...string) error {
	return c.do(strings.Join(append([]string{"fault", name}, args...), " "))
}

// Clear takes all faults away.
func (c *Card) Clear() error { return c.do("clear") }

// Tries sets how many wrong PINs are left.
func (c *Card) Tries(n int) error { return c.do("tries " + strconv.Itoa(n)) }

// Stat reads the counters.
func (c *Card) Stat() (CardStat, error) {
	answer, err := c.Command("stat")
	if err != nil {
		return CardStat{}, err
	}
	s := CardStat{SignTries: -1, PUKTries: -1, SignPUKTries: -1}
	if err := json.Unmarshal([]byte(answer), &s); err != nil {
		return CardStat{}, fmt.Errorf("reading the card's counters %q: %w", answer, err)
	}
	return s, nil
}

// Kill ends the card's program, like a card pulled out together with its contacts, and returns when it is gone.
func (c *Card) Kill() {
	c.proc.Kill()
	<-c.proc.Done()
}

// errCard is the card's refusal of a command.
var errCard = errors.New("the virtual card refused the command")

// do sends a command whose answer only says whether it worked.
func (c *Card) do(command string) error {
	answer, err := c.Command(command)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("%w %q: %s", errCard, command, answer)
	}
	return err
}

// Command sends one line to the card's control socket and returns the line it answers.
func (c *Card) Command(line string) (string, error) {
	conn, err := net.DialTimeout("unix", c.control, startLimit)
	if err != nil {
		return "", fmt.Errorf("speaking to the virtual card: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(startLimit)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(conn, line); err != nil {
		return "", fmt.Errorf("sending %q to the virtual card: %w", line, err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("reading the virtual card's answer to %q: %w", line, err)
	}
	return strings.TrimSpace(answer), nil
}

// Done is closed when the card's program has ended.
func (c *Card) Done() <-chan struct{} { return c.proc.Done() }
