package readers

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/ebfe/scard"

	"siths-agent/internal/stack/workplace"
)

// loot is what a thief has got from the card.
type loot struct {
	attempts, connected, verified, signatures int
}

func (l loot) String() string {
	return fmt.Sprintf("%d attempts %d connected %d verified %d signatures", l.attempts, l.connected, l.verified, l.signatures)
}

// parseLoot reads what String wrote.
func parseLoot(line string) (l loot, err error) {
	_, err = fmt.Sscanf(line, "%d attempts %d connected %d verified %d signatures", &l.attempts, &l.connected, &l.verified, &l.signatures)
	return l, err
}

// The commands of a thief: is the card verified (ISO/IEC 7816-4, 11.5.6, VERIFY without a PIN), and a signature by its
// first key (11.6, MANAGE SECURITY ENVIRONMENT; 11.7, PERFORM SECURITY OPERATION: hash, compute digital signature).
var (
	selectCard  = unhex("00A404000BA000000018800000000662")
	askVerified = unhex("00200011")
	signature   = [][]byte{unhex("002241B606800142840156"), append(unhex("002A90A0229020"), make([]byte, 32)...), unhex("002A9E9A00")}
)

func unhex(digits string) []byte {
	b, _ := hex.DecodeString(digits) // they are written above
	return b
}

// giveRightPIN is VERIFY with the PIN, filled up with zeros to the 16 bytes that IDPrime wants.
func giveRightPIN() []byte {
	return append(append(unhex("0020001110"), workplace.PIN...), make([]byte, 16-len(workplace.PIN))...)
}

// thief tries to use the card whenever the service lets go of it, from one line to the next.
func thief(lines <-chan string) error {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return err
	}
	for range lines {
		var got loot
		for stop := false; !stop; {
			select {
			case <-lines:
				stop = true
			default:
				got.steal(ctx)
			}
		}
		fmt.Println(got)
	}
	return nil
}

// steal is one attempt.
func (l *loot) steal(ctx *scard.Context) {
	l.attempts++
	card, err := ctx.Connect(reader, scard.ShareShared, scard.ProtocolAny)
	if err != nil {
		return
	}
	l.connected++
	l.add(card, nil)
	_ = card.Disconnect(scard.LeaveCard)
}

// add asks the card for what a verified card gives, after a command of one's own.
func (l *loot) add(card *scard.Card, first []byte) {
	ask := func(command []byte) bool {
		answer, err := card.Transmit(command)
		return err == nil && bytes.HasSuffix(answer, []byte{0x90, 0x00}) // 5.1.3: carried out
	}
	ask(selectCard)
	if first != nil {
		ask(first)
	}
	if ask(askVerified) {
		l.verified++
	}
	if ask(signature[0]) && ask(signature[1]) && ask(signature[2]) {
		l.signatures++
	}
}
