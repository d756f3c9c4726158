package policy

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestAReserveCardIsReplacedUnlessPolicySaysOtherwise(t *testing.T) {
	want := []Product{{Name: "reserve", Carrier: "reserve", Unlock: "replace"}}
	if got := Defaults("/etc").Card.Products; !reflect.DeepEqual(got, want) {
		t.Errorf("products = %+v", got)
	}
}

func TestCardProductsAreRead(t *testing.T) {
	const file = `[[card.product]]
name = "6XX"
atr = ["3b7f96", "3b7fxx"]
carrier = "card"
unlock = "puk-letter"

[[card.product]]
name = "7XX"
unlock = "administrator"
`
	got := mustLoad(t, filepath.Join(folder(t, "agent.toml", file), "agent.toml")).Policy.Card.Products
	want := []Product{{Name: "6XX", ATRs: []string{"3b7f96", "3b7fxx"}, Carrier: "card", Unlock: "puk-letter"}, {Name: "7XX", Unlock: "administrator"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("products = %+v", got)
	}
}

func TestProductsThatAreNoneAreRefused(t *testing.T) {
	for _, table := range []string{
		"name = \"7XX\"", "unlock = \"replace\"", "name = \"7XX\"\nunlock = \"guess\"",
		"name = \"7XX\"\nunlock = \"replace\"\natr = [\"3B7F\"]", "name = \"7XX\"\nunlock = \"replace\"\natr = [\"3b7\"]",
		"name = \"7XX\"\nunlock = \"replace\"\ncarrier = \"pocket\"",
	} {
		dir := folder(t, "agent.toml", "[[card.product]]\n"+table+"\n")
		if _, err := Load(filepath.Join(dir, "agent.toml")); err == nil || !strings.Contains(err.Error(), "card.product") {
			t.Errorf("%s: %v", table, err)
		}
	}
}
