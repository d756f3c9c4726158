package child

import (
	"slices"
	"strings"
	"testing"
)

func TestSlotsAreTheReadersByTheirNames(t *testing.T) {
	long := strings.Repeat("Reader ", 10)
	cut := long[:descriptionLen]
	readers := []string{"Reader 0", "Reader 01", "Other"}
	twins := []string{long + "A", long + "B"}
	for _, c := range []struct {
		reader  string
		readers []string
		cards   int
		names   []string
		want    []uint
	}{
		{"Reader 0", readers, 2, []string{"Reader 0", "Reader 0", "Reader 01"}, []uint{0, 1}},
		{"Reader 01", readers, 2, []string{"Reader 0", "Reader 01"}, []uint{1}},
		{"Reader 01", readers, 2, []string{"Reader 0"}, nil},
		{"Other", readers, 2, []string{"", "Oth", "Reader 0"}, []uint{1}},
		{"Other", readers, 2, []string{"Others"}, nil},
		{"Other", readers, 1, []string{"Token"}, []uint{0}},
		{"Other", readers, 1, []string{"Reader 01"}, nil},
		{long + "A", append(readers, long+"A"), 2, []string{cut}, []uint{0}},
		{long + "A", twins, 2, []string{cut, cut}, nil},
		{long + "A", twins, 2, []string{cut}, nil},
		{long + "A", twins, 1, []string{cut, cut}, []uint{0, 1}},
	} {
		names := map[uint]string{}
		var slots []uint
		for i, name := range c.names {
			names[uint(i)] = name
			slots = append(slots, uint(i))
		}
		got := named(slots, names, exactly(c.reader, false))
		if got == nil {
			got = chosen(slots, names, c.reader, c.readers, c.cards)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q of %q with %d cards: %v, want %v", c.reader, c.names, c.cards, got, c.want)
		}
	}
}

func TestTheSlotsOfAModuleThatSeesNoOtherReaderMayHaveItsNameCut(t *testing.T) {
	long := strings.Repeat("Reader ", 10) + "00 00"
	for name, want := range map[string]bool{long: true, trim(long[:descriptionLen]): true, "Reader": false, "": false} {
		if exactly(long, true)(name) != want {
			t.Errorf("%q: not %v", name, want)
		}
	}
}
