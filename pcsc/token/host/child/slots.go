package child

import (
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// descriptionLen is the length of CK_SLOT_INFO.slotDescription in bytes (PKCS#11 v2.40, 3.1): a longer name is cut.
const descriptionLen = 64

// errNotAsked says that nobody can tell the readers' names.
var errNotAsked = errors.New("the readers are not known")

// slotsOf finds the slots in which the reader's card shows its tokens. Their order and numbers mean nothing. Modules that
// do not name their slots after readers, or cut the names so that two readers have the same, are believed when there is one
// card in all readers: it cannot be another's then. With more cards the token could be of any of them, so none is taken.
func (c *P11) slotsOf(ctx *pkcs11.Ctx, reader string) ([]uint, error) {
	present, err := ctx.GetSlotList(true)
	if err != nil {
		return nil, fmt.Errorf("listing slots: %w", err)
	}
	names := map[uint]string{}
	for _, slot := range present {
		if info, err := ctx.GetSlotInfo(slot); err == nil {
			names[slot] = trim(info.SlotDescription)
		}
	}
	if ours := named(present, names, exactly(reader, isOpenSC(ctx))); len(ours) > 0 {
		return ours, nil
	}
	readers, cards, err := c.inserted()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", token.ErrUnsupported, err)
	}
	if ours := chosen(present, names, reader, readers, cards); len(ours) > 0 {
		return ours, nil
	}
	return nil, token.ErrUnsupported
}

// chosen are the slots of a reader for which no slot is named in full.
func chosen(present []uint, names map[uint]string, reader string, readers []string, cards int) []uint {
	if ours := named(present, names, shortened(reader, readers)); len(ours) > 0 {
		return ours
	}
	if !isAlone(cards) {
		return nil
	}
	if ours := named(present, names, begins(reader)); len(ours) > 0 {
		return ours
	}
	if len(named(present, names, ofAny(readers))) > 0 {
		return nil
	}
	return present
}

func (c *P11) inserted() ([]string, int, error) {
	if c.Inserted == nil {
		return nil, 0, errNotAsked
	}
	return c.Inserted()
}

// named are the slots whose name is of a kind.
func named(slots []uint, names map[uint]string, is func(string) bool) (found []uint) {
	for _, slot := range slots {
		if name := names[slot]; name != "" && is(name) {
			found = append(found, slot)
		}
	}
	return found
}

// exactly are the reader's whole name and, where the module sees no other reader, as OpenSC by its settings, that name cut.
func exactly(reader string, only bool) func(string) bool {
	cut := trim(reader[:min(len(reader), descriptionLen)])
	return func(name string) bool { return name == reader || only && name == cut }
}

func begins(reader string) func(string) bool {
	return func(name string) bool { return strings.HasPrefix(reader, name) }
}

// shortened are names that begin the name of this reader and of no other: readers of one maker may have names that differ
// only behind what a module has room for.
func shortened(reader string, readers []string) func(string) bool {
	return func(name string) bool {
		for _, other := range readers {
			if other != reader && strings.HasPrefix(other, name) {
				return false
			}
		}
		return strings.HasPrefix(reader, name)
	}
}

// ofAny are names that begin the name of some reader.
func ofAny(readers []string) func(string) bool {
	return func(name string) bool {
		for _, reader := range readers {
			if strings.HasPrefix(reader, name) {
				return true
			}
		}
		return false
	}
}
