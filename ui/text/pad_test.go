package text

import "testing"

func TestEveryWordOfTheFieldExistsInBothLanguages(t *testing.T) {
	table := padTable()
	if len(table) != int(padLast) {
		t.Errorf("%d words have texts, of %d", len(table), padLast)
	}
	for w, p := range table {
		if p.sv == "" || p.en == "" || (p.sv == p.en && w != PadBack) {
			t.Errorf("word %d is %q and %q", w, p.sv, p.en)
		}
		if Pad(SV, w) != p.sv || Pad(EN, w) != p.en {
			t.Errorf("word %d is not what its table says", w)
		}
	}
}
