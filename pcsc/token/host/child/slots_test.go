package child

import (
	"slices"
	"strings"
	"testing"
)

func TestSlotsAreTheReadersByTheirNames(t *testing.T) {
	long := strings.Repeat("Reader ", 10)
	readers := []string{"Reader 0", "Reader 01", "Other", long + "A"}
	for _, c := range []struct {
		reader string
		names  []string
		want   []uint
	}{
		{"Reader 0", []string{"Reader 0", "Reader 0", "Reader 01"}, []uint{0, 1}},
		{"Reader 01", []string{"Reader 0", "Reader 01"}, []uint{1}},
		{"Reader 01", []string{"Reader 0"}, nil},
		{"Other", []string{"", "Oth", "Reader 0"}, []uint{1}},
		{"Other", []string{"Others"}, nil},
		{long + "A", []string{(long + "A")[:descriptionLen]}, []uint{0}},
	} {
		names := map[uint]string{}
		var slots []uint
		for i, name := range c.names {
			names[uint(i)] = name
			slots = append(slots, uint(i))
		}
		got := named(slots, names, exactly(c.reader))
		if got == nil {
			got = named(slots, names, shortened(c.reader, readers))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q of %q: %v, want %v", c.reader, c.names, got, c.want)
		}
	}
}
