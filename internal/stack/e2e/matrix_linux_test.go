package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/carddeck"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

// sampled is how many cards of the matrix are put into the reader.
const sampled = 40

// issuersTOML are the rows of the deck's authorities in a policy file.
func issuersTOML(deck *carddeck.Deck) string {
	var b strings.Builder
	for _, row := range deck.Issuers() {
		fmt.Fprintf(&b, "[[trust.issuer]]\nname = %q\nloa = %d\nidentity = %q\n", row.Name, row.LoA, row.Identity)
		if row.Carrier != "" {
			fmt.Fprintf(&b, "carrier = %q\n", row.Carrier)
		}
	}
	return b.String()
}

func TestTheRightCertificateIsChosenOnRealCards(t *testing.T) {
	deck, err := carddeck.New(7, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := openWithoutAgent(t, plan{PKI: func() (*testpki.PKI, error) { return deck.PKI(false), nil }})
	deals, err := deck.All(false)
	w.Must(err)
	w.Must(deck.WriteTrust(w.Path("trust")))
	accounts := map[string]string{}
	for _, id := range carddeck.IDs() {
		accounts[id] = "anna"
	}
	w.Serve(stack.AgentOptions{Policy: requireRevocation + issuersTOML(deck), Accounts: accounts})
	counts := map[apitype.Code]int{}
	for i, deal := range carddeck.Sample(deals, sampled) {
		counts[deal.Want.Code]++
		w.wantDealt(i, deal)
	}
	t.Logf("%d cards, %d accepted; by code: %v", sampled, counts[""], counts)
}

// wantDealt puts a card in, checks what is said of it, opens with it where it is accepted, and takes it out.
func (w *world) wantDealt(i int, deal carddeck.Deal) {
	w.t.Helper()
	dir := w.Path("keys", fmt.Sprintf("dealt-%d", i))
	w.Must(deal.Write(dir))
	options := stack.CardOptions{PIN: pin}
	if i%2 == 1 || len(deal.Alone) > 0 { // only that kind of card has certificates without keys
		options.Profile = "pkcs15"
	}
	card := w.Card(dir, options)
	s := w.Await(deal.Name, func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN || s.Phase == apitype.Refused })
	if deal.Want.Code == "" {
		w.wantOpened(s, deal)
	} else if p := problem(s, deal.Want.Code); p == nil || s.Phase != apitype.Refused {
		w.t.Errorf("%s (%s): %s with %+v, want %s", deal.Name, options.Profile, s.Phase, s.Problems, deal.Want.Code)
	}
	if deal.Want.Code != "" {
		w.WantVerify(card, 0)
	}
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
}

// wantOpened checks the holder of an accepted card, and that its PIN opens.
func (w *world) wantOpened(s apitype.Snapshot, deal carddeck.Deal) {
	w.t.Helper()
	h := s.Holder
	if s.Phase != apitype.NeedPIN || h == nil || h.HSAID != deal.Want.HSAID || h.LoA != deal.Want.LoA || h.Carrier != deal.Want.Carrier {
		w.t.Errorf("%s: %s of %+v, want %s of level %d on %s; %+v", deal.Name, s.Phase, h, deal.Want.HSAID, deal.Want.LoA, deal.Want.Carrier, s.Problems)
		return
	}
	if r := w.Give(pin, false); !r.OK {
		w.t.Errorf("%s: the right PIN: %+v", deal.Name, r.Problem)
		return
	}
	w.AwaitPhase(apitype.Unlocked)
	row := w.AwaitRow(deal.Name, func(e audit.Entry) bool { return e.Event == audit.UnlockGranted && e.Insertion == s.Card.Insertion })
	if row.HSAID != deal.Want.HSAID || row.Carrier != deal.Want.Carrier {
		w.t.Errorf("%s: the row says %+v", deal.Name, row.Row)
	}
}
