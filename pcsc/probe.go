package pcsc

import (
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
// so that whatever another program had verified is forgotten. The number is nil when the card does not tell.
// Errors are token.ErrBusy, token.ErrRemoved or token.ErrUnreadable.
func Probe(reader string) (tries *int, err error) {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, fmt.Errorf("%w: establishing context: %w", token.ErrUnreadable, err)
	}
	defer func() { _ = ctx.Release() }()
	card, err := ctx.Connect(reader, scard.ShareExclusive, scard.ProtocolAny)
	if err != nil {
		return nil, connectError(err)
	}
	defer func() { _ = card.Disconnect(scard.ResetCard) }()
	for _, cmd := range [][]byte{selectIDPrime, askTries} {
		answer, err := card.Transmit(cmd)
		if err != nil {
			return nil, connectError(err)
		}
		if tries, err = parseTries(answer); err != nil {
			return nil, err
		}
	}
	return tries, nil
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
