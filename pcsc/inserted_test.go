package pcsc

import (
	"errors"
	"slices"
	"testing"

	"github.com/ebfe/scard"

	"siths-agent/pcsc/token"
)

func TestInsertedCardsAreCountedOverAllReaders(t *testing.T) {
	for _, c := range []struct {
		readers map[string]scard.StateFlag
		names   []string
		cards   int
	}{
		{nil, nil, 0},
		{map[string]scard.StateFlag{"A": scard.StateEmpty}, []string{"A"}, 0},
		{map[string]scard.StateFlag{"A": scard.StateEmpty, "B": scard.StatePresent | scard.StateInuse}, []string{"A", "B"}, 1},
		{map[string]scard.StateFlag{"A": scard.StatePresent, "B": scard.StatePresent | scard.StateMute}, []string{"A", "B"}, 2},
	} {
		names, cards, err := insertedOn(&fakeService{readers: c.readers})
		if err != nil || cards != c.cards || !slices.Equal(names, c.names) {
			t.Errorf("%v: %v, %d, %v", c.readers, names, cards, err)
		}
	}
}

func TestAServiceThatDoesNotAnswerCountsNothing(t *testing.T) {
	if _, _, err := insertedOn(&fakeService{dead: scard.ErrNoService}); !errors.Is(err, token.ErrUnreadable) {
		t.Errorf("it came to %v", err)
	}
}
