package pcsc

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"siths-agent/pcsc/token"
)

// selectIDPrime selects the IDPrime applet by its AID (ISO/IEC 7816-4, 11.2.2: SELECT by DF name, no answer wanted).
// The AID is Gemalto's, as OpenSC's card-idprime.c and the minidriver use it.
var selectIDPrime = []byte{0x00, 0xA4, 0x04, 0x00, 0x0B, 0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62}

// askTries is VERIFY without data (ISO/IEC 7816-4, 11.5.6): it spends no try, and the answer 63Cx holds the number
// left. 0x11 is the reference of the IDPrime user PIN.
var askTries = []byte{0x00, 0x20, 0x00, 0x11}

// Probe takes the card in the reader exclusively for a moment, asks how many PIN tries are left, and resets the card,
// so that whatever another program had verified is forgotten. The number is nil when the card does not tell. A card that
// another program shares is not waited for: what it waits for in the PC/SC service could not be called back.
// Errors are token.ErrBusy, token.ErrRemoved or token.ErrUnreadable.
func Probe(reader string) (tries *int, err error) {
	ctx, err := establish()
	if err != nil {
		return nil, err
	}
	defer func() { _ = ctx.Release() }()
	if inUse, err := sharedOn(ctx, reader); err != nil || inUse {
		return nil, cmp.Or(err, token.ErrBusy)
	}
	card, err := ctx.Connect(reader, scard.ShareExclusive, scard.ProtocolAny)
	if err != nil {
		return nil, connectError(err)
	}
	defer func() { _ = card.Disconnect(scard.ResetCard) }()
	answer, err := ask(card)
	if err == nil && isVerified(answer) {
		if err = card.Reconnect(scard.ShareExclusive, scard.ProtocolAny, scard.ResetCard); err == nil {
			answer, err = ask(card)
		}
	}
	if err != nil {
		return nil, connectError(err)
	}
	return parseTries(answer)
}

// ask asks the card for the number of tries, whatever it says to being selected.
func ask(card *scard.Card) ([]byte, error) {
	answer, err := card.Transmit(selectIDPrime)
	if err != nil {
		return nil, err
	}
	if len(answer) < 2 {
		return answer, nil
	}
	return card.Transmit(askTries)
}

// isVerified says whether the card has answered that it needs no PIN (ISO/IEC 7816-4, 11.5.6): another program has given
// it one, and the number of tries is told only when that is forgotten.
func isVerified(answer []byte) bool {
	return len(answer) == 2 && answer[0] == 0x90 && answer[1] == 0x00
}

// Shared says whether another program has the card of the reader in shared use. Such a program may begin a transaction,
// and connecting to the card then waits, without a limit, until it is over. The PC/SC service tells of it up to 400 ms
// late. A card that somebody holds exclusively is not shared. Errors are those of Probe.
func Shared(reader string) (bool, error) {
	ctx, err := establish()
	if err != nil {
		return false, err
	}
	defer func() { _ = ctx.Release() }()
	return sharedOn(ctx, reader)
}

// sharedOn asks in a way that no transaction delays.
func sharedOn(ctx *scard.Context, reader string) (bool, error) {
	states := []scard.ReaderState{{Reader: reader, CurrentState: scard.StateUnaware}}
	if err := ctx.GetStatusChange(states, 0); err != nil && !errors.Is(err, scard.ErrTimeout) {
		return false, connectError(err)
	}
	return states[0].EventState&scard.StateInuse != 0, nil
}

// establish makes a context. A service that is there and has none left, because other programs took them all, says no
// more than that it refuses; one that is not there is told by the Hub.
func establish() (*scard.Context, error) {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, fmt.Errorf("%w: establishing context: %w", token.ErrBusy, err)
	}
	return ctx, nil
}

// parseTries reads the number of tries from the status word of askTries. A status word that tells no number gives nil.
func parseTries(answer []byte) (*int, error) {
	if len(answer) < 2 {
		return nil, fmt.Errorf("%w: answer of %d bytes", token.ErrUnreadable, len(answer))
	}
	left := -1
	switch sw1, sw2 := answer[len(answer)-2], answer[len(answer)-1]; {
	case sw1 == 0x63 && sw2&0xF0 == 0xC0: // ISO/IEC 7816-4, table 6: counter in the low nibble
		left = int(sw2 & 0x0F)
	case sw1 == 0x69 && sw2 == 0x83: // authentication method blocked
		left = 0
	default:
		return nil, nil
	}
	return &left, nil
}

func connectError(err error) error {
	switch {
	case errors.Is(err, scard.ErrSharingViolation), errors.Is(err, scard.ErrServerTooBusy):
		return fmt.Errorf("%w: %w", token.ErrBusy, err)
	case errors.Is(err, scard.ErrNoSmartcard), errors.Is(err, scard.ErrRemovedCard),
		errors.Is(err, scard.ErrUnknownReader), errors.Is(err, scard.ErrReaderUnavailable):
		return fmt.Errorf("%w: %w", token.ErrRemoved, err)
	}
	return fmt.Errorf("%w: %w", token.ErrUnreadable, err)
}
