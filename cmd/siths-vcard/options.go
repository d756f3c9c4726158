package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"siths-agent/pcsc/vcard"
)

// options is the command line of a card.
type options struct {
	reader      string
	profile     vcard.Profile
	pki         string
	pin         pinFlag
	signPIN     pinFlag
	puk         pinFlag
	signPUK     pinFlag
	control     string
	latency     time.Duration
	signLatency time.Duration
	absent      bool
}

// usageError says that the command line is wrong.
type usageError struct{ text string }

// Error says what is wrong.
func (e usageError) Error() string { return e.text }

// pinFlag is a training card's PIN. It prints as nothing, so that no usage text or log shows it.
type pinFlag []byte

// String hides the PIN.
func (p *pinFlag) String() string { return "" }

// Set takes the PIN.
func (p *pinFlag) Set(value string) error {
	*p = []byte(value)
	return nil
}

const usage = `usage: siths-vcard --pki DIR [flags]
       siths-vcard pki DIR

Holds a virtual SITHS card with the keys and certificates of DIR in vsmartcard's reader.
"siths-vcard pki DIR" makes DIR: a training card, and the authorities that issued it in DIR/trust.

`

// parseOptions reads the command line. It returns flag.ErrHelp after having shown the help, or a usageError.
func parseOptions(args []string, help io.Writer) (*options, error) {
	o := &options{pin: pinFlag("123456"), signPIN: pinFlag("654321"), puk: pinFlag("12345678"), signPUK: pinFlag("87654321")}
	flags := o.flags(help)
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return nil, err
	case err != nil:
		return nil, usageError{err.Error()}
	case flags.NArg() > 0:
		return nil, usageError{"there is an argument too many; see --help"}
	case o.pki == "":
		return nil, usageError{`--pki DIR is needed; "siths-vcard pki DIR" makes one`}
	case o.latency < 0 || o.signLatency < 0:
		return nil, usageError{"a latency cannot be negative"}
	}
	return o, nil
}

func (o *options) flags(help io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("siths-vcard", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are told by the caller
	flags.Usage = func() {
		fmt.Fprint(help, usage)
		flags.SetOutput(help)
		flags.PrintDefaults()
		fmt.Fprintf(help, "\nFaults, set with \"fault NAME [ARGS]\" and ended with \"clear\":\n%s", vcard.FaultHelp())
		flags.SetOutput(io.Discard)
	}
	flags.StringVar(&o.reader, "vpcd", vcard.DefaultReader, "`HOST:PORT` where the reader listens")
	flags.StringVar((*string)(&o.profile), "profile", string(vcard.IDPrime), "kind of card: `idprime|pkcs15`")
	flags.StringVar(&o.pki, "pki", "", "folder `DIR` with NAME.key and NAME.pem for each key on the card")
	flags.Var(&o.pin, "pin", "`PIN` for logging in (default 123456)")
	flags.Var(&o.signPIN, "sign-pin", "`PIN` for signatures, where the profile has one (default 654321)")
	flags.Var(&o.puk, "puk", "`PUK` that unblocks the PIN, empty for a card without one (default 12345678)")
	flags.Var(&o.signPUK, "sign-puk", "`PUK` that unblocks the PIN for signatures, where the profile has one (default 87654321)")
	flags.StringVar(&o.control, "control", "", "`SOCKET` that takes insert, remove, swap, fault, clear, tries, stat and trace")
	flags.DurationVar(&o.latency, "latency", 0, "`time` that each APDU takes, as 15ms")
	flags.DurationVar(&o.signLatency, "sign-latency", 0, "`time` that a signature takes beyond that, as 350ms")
	flags.BoolVar(&o.absent, "absent", false, "start outside the reader")
	return flags
}
