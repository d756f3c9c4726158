package text

import "testing"

func TestEveryWordOfThePlainWindowExistsInBothLanguages(t *testing.T) {
	table := plainTable()
	if len(table) != int(plainLast) {
		t.Errorf("%d words have texts, of %d", len(table), plainLast)
	}
	for w, p := range table {
		if p.sv == "" || p.en == "" || p.sv == p.en {
			t.Errorf("word %d is %q and %q", w, p.sv, p.en)
		}
		if Plain(SV, w) != p.sv || Plain(EN, w) != p.en {
			t.Errorf("word %d is not what its table says", w)
		}
	}
}
