package diag

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"siths-agent/agent/apitype"
)

// spellings is how many canaries come of one PIN and one person; those from firstPersonal on are the person's.
const (
	spellings     = 11
	firstPersonal = 5
)

// canaries are 2,000 texts that may stand in no bundle: PINs in five spellings, personnummer and samordningsnummer in six.
func canaries() []string {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []string
	for n := 0; len(all) < 2000; n++ {
		pin := fmt.Sprintf("%08d", rng.IntN(1e8))
		little, big := new(bytes.Buffer), new(bytes.Buffer)
		for _, u := range utf16.Encode([]rune(pin)) {
			little.Write([]byte{byte(u), byte(u >> 8)})
			big.Write([]byte{byte(u >> 8), byte(u)})
		}
		born := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(28000))
		long, last := born.Format("20060102"), fmt.Sprintf("%04d", rng.IntN(10000))
		if n%3 == 0 {
			long = fmt.Sprintf("%s%02d", born.Format("200601"), born.Day()+60)
		}
		short := long[2:]
		all = append(all, pin, little.String(), big.String(), "00200081"+"08"+hex.EncodeToString([]byte(pin)), base64.StdEncoding.EncodeToString([]byte(pin)),
			long+last, long+"-"+last, short+last, short+"-"+last, short+"+"+last, short+" "+last)
	}
	return all[:2000]
}

// fill puts a text into every string of a value, dressed as what is expected there.
func fill(v reflect.Value, canary string, dress string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), canary, dress)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), canary, dress)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), canary, dress)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf(dress, canary))
	}
}

// dressFor is how a canary is dressed: as texts of the service look. An HSA-id may hold a personnummer.
func dressFor(i int) string {
	if i%spellings >= firstPersonal && i%3 == 0 {
		return []string{"SE2321000131-%s", "SE2321000131-P%s", "SE%s-1003"}[i/spellings%3]
	}
	all := []string{"%s", "Gemalto PC Twin Reader (%s) 00 00", "0.1.0+%s", "…%s", "card.%s", "pin.wrong %s", " %s"}
	return all[i/spellings%len(all)]
}

// packed is everything that is in a bundle.
func packed(t *testing.T, p Page) string {
	t.Helper()
	b, err := Pack(p, Text{Name: "page.txt", Write: func(p Page) string { return fmt.Sprint(p.Rows) }})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name)
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestNoneOfTwoThousandCanariesIsInABundle(t *testing.T) {
	asks := Options{Version: "0.1.0", Now: time.Now}
	withheld := 0
	for i, canary := range canaries() {
		var d apitype.Diag
		fill(reflect.ValueOf(&d).Elem(), canary, dressFor(i))
		p := assemble(time.Now(), asks.told(d, i%2 == 0))
		withheld += p.Withheld
		if all := packed(t, p); strings.Contains(all, canary) {
			t.Fatalf("%q got in:\n%s", canary, all)
		}
	}
	if withheld < 2000 {
		t.Errorf("only %d facts were withheld: the canaries went nowhere", withheld)
	}
}

func TestNoneOfTwoThousandCanariesComesFromTheMachine(t *testing.T) {
	o := options(t, &service{d: well()})
	all := canaries()
	write := func(name, content string) {
		path := filepath.Join(o.Root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/pam.d/login", "auth required pam_siths.so "+strings.Join(all, "\nauth required pam_siths.so "))
	for i, canary := range all[:200] {
		write(fmt.Sprintf("proc/%d/comm", i+1), canary+"\n")
		write(fmt.Sprintf("sys/bus/usb/devices/%d/bInterfaceClass", i+1), canary+"\n")
		device := fmt.Sprintf("sys/bus/usb/devices/1-%d", i+1)
		write(device+":1.0/bInterfaceClass", "0b\n")
		for _, file := range []string{"idVendor", "idProduct", "bcdDevice"} {
			write(device+"/"+file, canary+"\n")
		}
	}
	quoted, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	o.Config = filepath.Join(o.Root, "agent.toml")
	write("agent.toml", "["+`"`+all[4]+`"`+"]\n[card]\nmodules = "+string(quoted)+"\n"+all[0]+" = 1\n")
	got := packed(t, Make(t.Context(), o))
	for _, canary := range all {
		if strings.Contains(got, canary) {
			t.Fatalf("%q got in:\n%s", canary, got)
		}
	}
}

func TestNoNameIsOnAPage(t *testing.T) {
	d := well()
	d.Snapshot.Session = &apitype.Session{ID: "c1", User: "annalogin"}
	d.Snapshot.Holder.Org, d.Snapshot.Holder.Account = "Skövde kommun", "annalogin"
	got := packed(t, assemble(time.Now(), Options{Now: time.Now}.told(d, true)))
	for _, name := range []string{"Anna", "Test", "annalogin", "Skövde"} {
		if strings.Contains(got, name) {
			t.Errorf("%q got in", name)
		}
	}
}

func TestOfAnHSAIDTheOrganisationAndTheEndAreTold(t *testing.T) {
	for raw, want := range map[string]string{
		"SE2321000131-P000000000001": "SE2321000131-…0001", "SE2321000131-1003": "SE2321000131-…03", "SE2321000131-7": "SE2321000131-…",
		"SE7001011234-1003": "", "SE7001611234-1003": "", "SE2321000131-…0001": "SE2321000131-…0001", "SE2321000131-…00001": "",
		"SE2321000131-197001011234": "SE2321000131-…", "SE2321000131-7001611234": "SE2321000131-…", "197001011234": "", "Anna": "",
	} {
		if got := say(Holder, raw).String(); got != want {
			t.Errorf("%q is told as %q, want %q", raw, got, want)
		}
	}
}

func TestABundleListsItsFilesWithTheirSums(t *testing.T) {
	p := assemble(time.Now(), Options{Version: "0.1.0", Now: time.Now}.told(well(), true))
	b, err := Pack(p, Text{Name: "page.sv.txt", Holds: "the page", Write: func(Page) string { return "sida\n" }})
	if err != nil {
		t.Fatal(err)
	}
	items := b.Items()
	if len(items) != 3 || items[0].Name != PageName || items[1].Bytes != 5 || items[2].Name != ManifestName {
		t.Errorf("the files are %+v", items)
	}
	if sum := sha256.Sum256([]byte("sida\n")); items[1].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("the sum is %q", items[1].SHA256)
	}
	var first, second bytes.Buffer
	again, err := Pack(p, Text{Name: "page.sv.txt", Holds: "the page", Write: func(Page) string { return "sida\n" }})
	if err != nil || b.Write(&first) != nil || again.Write(&second) != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("the same page made two bundles, %v", err)
	}
}

func TestABundleThatIsTooLargeIsNotMade(t *testing.T) {
	noise := make([]byte, MaxBundle+1)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	if _, err := Pack(Page{}, Text{Name: "noise", Write: func(Page) string { return string(noise) }}); err != ErrTooLarge {
		t.Errorf("it came to %v", err)
	}
}

// FuzzAdmit shows any text under every label: where it is told, it holds no six digits in a row, but for the HSA-id and the ATR.
func FuzzAdmit(f *testing.F) {
	for _, seed := range append(canaries()[:20], "Virtual PCD 00 00", "2026-11-22T10:00:00Z pin.wrong 7F3A", "0.1.0", "…9469") {
		f.Add(seed)
	}
	digits := regexp.MustCompile(`[0-9]{6}`)
	f.Fuzz(func(t *testing.T, raw string) {
		for _, l := range Labels() {
			got := say(l, raw).String()
			if l != Holder && l != ATR && digits.MatchString(got) {
				t.Errorf("%q is told of %s as %q", raw, l, got)
			}
			if len(got) > maxRaw+len("…")*maxReaderWords {
				t.Errorf("%s is %d bytes", l, len(got))
			}
			if say(l, got).String() != got {
				t.Errorf("%q is told as %q, and that otherwise", raw, got)
			}
		}
	})
}
