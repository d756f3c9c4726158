package vcard

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// Config says how a Device behaves. The zero value is a card in vsmartcard's first slot, with no latency.
type Config struct {
	Dial        func(context.Context) (net.Conn, error) // reaches the reader; nil: TCP to DefaultReader
	Load        func(dir string) (*Card, error)         // makes the card of a folder, for Swap and fault swapped; nil: neither works
	Latency     time.Duration                           // each APDU takes this long
	SignLatency time.Duration                           // a signature takes this much longer
	Absent      bool                                    // the card starts outside the reader
	Trace       io.Writer                               // takes the APDU trace; nil: there is none
	End         func()                                  // ends the program that holds the card, for fault killed; nil: that cannot be made
}

// Device is a virtual card in a reader, with a hand that moves it. Its methods may be called from any goroutine.
type Device struct {
	cfg  Config
	link *link

	mu      sync.Mutex
	card    *Card    // the one that the holder put in
	faults  []*fault // in the order in which they were set
	powered bool
	tracing bool
	count   counters
	signer  string // the number of the card that gave the last signature
}

// counters only ever grow.
type counters struct {
	APDU      int64 `json:"apdu"`       // command APDUs that reached the card
	Verify    int64 `json:"verify"`     // VERIFY with a PIN
	PINStatus int64 `json:"pin_status"` // VERIFY without a PIN
	Change    int64 `json:"change"`     // CHANGE REFERENCE DATA
	Unblock   int64 `json:"unblock"`    // RESET RETRY COUNTER
	Sign      int64 `json:"sign"`       // signatures given out
	Reset     int64 `json:"reset"`      // power-ups, power-downs and resets
}

// Stat is the state of a Device. Counters grow for as long as the device lives, whatever card is in; who wants to
// count from a moment on takes the difference.
type Stat struct {
	counters
	Tries    int      `json:"tries"`                // left for the authentication PIN
	SignPIN  *int     `json:"sign_tries,omitempty"` // tries left; absent when the card has no such code, and so below
	PUK      *int     `json:"puk_tries,omitempty"`
	SignPUK  *int     `json:"sign_puk_tries,omitempty"`
	Verified bool     `json:"verified"`         // the authentication PIN was verified since the last reset
	Inserted bool     `json:"inserted"`         // connected to the reader
	Powered  bool     `json:"powered"`          // the reader has switched the card on
	Card     string   `json:"card"`             // the card's number, hexadecimal
	Signer   string   `json:"signer,omitempty"` // the number of the card that gave the last signature
	Faults   []string `json:"faults,omitempty"`
}

// NewDevice returns a device that holds the given card. It does nothing before Run.
func NewDevice(card *Card, cfg Config) *Device {
	if cfg.Dial == nil {
		cfg.Dial = func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", DefaultReader)
		}
	}
	if cfg.Load == nil {
		cfg.Load = func(string) (*Card, error) { return nil, ErrNoPair }
	}
	if cfg.Trace == nil {
		cfg.Trace = io.Discard
	}
	d := &Device{cfg: cfg, card: card}
	d.link = &link{dial: cfg.Dial, serve: d.serve, requests: make(chan func(*seat))}
	return d
}

// Run holds the card in the reader until ctx ends. It reconnects by itself when the reader service was away.
func (d *Device) Run(ctx context.Context) { d.link.run(ctx, !d.cfg.Absent) }

// Insert puts the card in. It returns when the reader can see it, or an error when there is no reader; then the card
// goes in as soon as there is one.
func (d *Device) Insert(ctx context.Context) error { return d.link.do(ctx, (*seat).insert) }

// Remove takes the card out. The reader notices when it looks next.
func (d *Device) Remove(ctx context.Context) error {
	return d.link.do(ctx, func(s *seat) error {
		s.remove()
		return nil
	})
}

// Swap takes the card out and puts the card of a folder in, as fast as possible.
func (d *Device) Swap(ctx context.Context, dir string) error {
	card, err := d.cfg.Load(dir)
	if err != nil {
		return err
	}
	return d.link.do(ctx, func(s *seat) error {
		s.remove()
		d.replace(card)
		return s.insert()
	})
}

// replace changes the card and ends a swap that the reader was not told of.
func (d *Device) replace(card *Card) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.card = card
	d.faults = slices.DeleteFunc(d.faults, func(f *fault) bool { return f.card != nil })
	d.arm()
}

// Fault makes the card misbehave until Clear: a name of FaultHelp, and what is said of it. It returns an
// UnknownFaultError or a FaultArgumentError, or why the fault cannot be made. A fault that is set already is made anew.
func (d *Device) Fault(name, arg string) error {
	f, err := newFault(d, name, arg)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = slices.DeleteFunc(d.faults, func(old *fault) bool { return old.name == name })
	d.faults = append(d.faults, f)
	d.arm()
	return nil
}

// Clear ends every fault. A card that was swapped away comes back as after a reset.
func (d *Device) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	wasAway := d.current() != d.card
	d.faults = nil
	if wasAway {
		d.card.Reset()
	}
	d.arm()
}

// arm gives the answering card the signer that the faults make of it.
func (d *Device) arm() {
	signer := signFunc(sign)
	for _, f := range d.faults {
		if f.sign != nil {
			signer = f.sign(signer)
		}
	}
	d.current().setSigner(signer)
}

// current is the card that answers: the one put in, unless a fault put another in its place.
func (d *Device) current() *Card {
	for _, f := range slices.Backward(d.faults) {
		if f.card != nil {
			return f.card
		}
	}
	return d.card
}

// SetTries sets how many tries the authentication PIN of the answering card has left. It returns a TriesError.
func (d *Device) SetTries(n int) error { return d.SetTriesOf(AuthPIN, n) }

// SetTriesOf sets how many tries a code of the answering card has left. It returns a TriesError or a CodeError.
func (d *Device) SetTriesOf(code Code, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current().SetTriesOf(code, n)
}

// SetTrace switches the APDU trace on or off.
func (d *Device) SetTrace(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tracing = on
}

// Stat returns the device's state and counters.
func (d *Device) Stat() Stat {
	d.mu.Lock()
	defer d.mu.Unlock()
	card := d.current()
	s := Stat{
		counters: d.count,
		Tries:    card.Tries(),
		SignPIN:  card.TriesOf(SignPIN),
		PUK:      card.TriesOf(AuthPUK),
		SignPUK:  card.TriesOf(SignPUK),
		Verified: card.Verified(),
		Inserted: d.link.connected.Load(),
		Powered:  d.powered,
		Card:     card.number(),
		Signer:   d.signer,
	}
	for _, f := range d.faults {
		s.Faults = append(s.Faults, f.name)
	}
	return s
}

func (d *Device) atr() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range slices.Backward(d.faults) {
		if f.atr != nil {
			return f.atr
		}
	}
	return d.current().ATR()
}

// put lets another card answer in the place of the present one, without the reader knowing.
func (d *Device) put(card *Card) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &fault{name: "swapped", card: card})
	d.arm()
}

// power resets the card: whatever the reader does with the power, the card forgets that a PIN was verified.
func (d *Device) power(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.powered = on
	d.count.Reset++
	d.current().Reset()
}

// exchange answers one APDU after the time that a card takes for it.
func (d *Device) exchange(ctx context.Context, raw []byte) []byte {
	answer, signed := d.transmit(raw)
	latency := d.cfg.Latency
	if signed {
		latency += d.cfg.SignLatency
	}
	sleep(ctx, latency)
	return answer
}

func (d *Device) transmit(raw []byte) (answer []byte, signed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	answer = d.current().Transmit(raw)
	if isVerify(raw) {
		for _, f := range d.faults {
			if f.verify != nil {
				answer = f.verify(answer)
			}
		}
	}
	d.trace(traceLine(raw, answer))
	return answer, d.tally(raw, answer)
}

func (d *Device) trace(line string) {
	if d.tracing {
		fmt.Fprint(d.cfg.Trace, line)
	}
}

// struck finds the fault that comes over APDU n of an insertion.
func (d *Device) struck(n int) *strike {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.faults {
		if f.strike.hits(n) {
			d.trace(fmt.Sprintf("! APDU %d: %s %s\n", n, f.name, f.strike.when))
			return f.strike
		}
	}
	return nil
}

// lose counts a command that the card does not carry out.
func (d *Device) lose(raw []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trace(traceLine(raw, nil))
	d.tally(raw, nil)
}

// tally counts an APDU and tells whether it gave a signature.
func (d *Device) tally(raw, answer []byte) (signed bool) {
	d.count.APDU++
	cmd, st := parseCommand(raw)
	if st != swOK {
		return false
	}
	switch {
	case cmd.isPINTry():
		d.count.Verify++
	case cmd.ins == insVerify:
		d.count.PINStatus++
	case cmd.ins == insChangeReferenceData:
		d.count.Change++
	case cmd.ins == insResetRetryCounter:
		d.count.Unblock++
	case cmd.isSignature() && succeeded(answer):
		d.count.Sign++
		d.signer = d.current().number()
		return true
	}
	return false
}

// succeeded tells whether an answer ends with 9000 or 61xx (ISO/IEC 7816-4, 5.1.3).
func succeeded(answer []byte) bool {
	if len(answer) < 2 {
		return false
	}
	sw1 := answer[len(answer)-2]
	return sw1 == byte(swOK>>8) || sw1 == byte(swMoreData>>8)
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
