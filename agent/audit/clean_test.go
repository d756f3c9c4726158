package audit

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestPersonnummerAreHidden(t *testing.T) {
	for in, want := range map[string]string{
		"197001011234":               masked,
		"7001011234":                 masked,
		"19700101-1234":              masked,
		"700101-1234":                masked,
		"700101+1234":                masked,
		"19700101 1234":              masked,
		"19700101–1234":              masked,
		"197001611234":               masked, // samordningsnummer
		"700191-1234":                masked,
		"CN=Anna 197001011234, C=SE": "CN=Anna " + masked + ", C=SE",
		"197001011234,7001011234":    masked + "," + masked,
		"PNR197001011234x":           "PNR" + masked + "x",
		"SE2321000131-P000000000001": "SE2321000131-P000000000001",
		"TSTNMT2321000156-1025":      "TSTNMT2321000156-1025",
		"556036-0793":                "556036-0793", // an organisation number
		"1.2.752.74.8.9001":          "1.2.752.74.8.9001",
		"9752278911123456789":        "9752278911123456789",
		"701301-1234":                "701301-1234", // no such month
		"700132-1234":                "700132-1234", // no such day
		"700160-1234":                "700160-1234",
		"700192-1234":                "700192-1234",
		"217001011234":               "217001011234", // no such century
		"700101-12345":               "700101-12345",
		"1700101-1234":               "1700101-1234",
		"700101":                     "700101",
		"700101-":                    "700101-",
		"":                           "",
		"smörgås":                    "smörgås",
	} {
		if got := maskPersonal(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestNumbersThatProveSomethingStayWhole(t *testing.T) {
	proof := "ab7001011234cd" + strings.Repeat("0", 50)
	if got := cleanDigest(proof); got != proof {
		t.Errorf("a digest became %q", got)
	}
	for in, want := range map[string]string{"7001011234": masked, "197001011234": masked, "no hex 700101-1234": "no hex " + masked, "": ""} {
		if got := cleanDigest(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestCardNumbersKeepTheirLastFour(t *testing.T) {
	for in, want := range map[string]string{
		"9752278911123456789": "…6789", "…6789": "…6789", "6789": "…6789", "12": "…12", "": "", "\x1b[31m": `…[31m`,
	} {
		if got := lastFour(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestCharactersThatAreNotPrintedAreSpelledOut(t *testing.T) {
	for in, want := range map[string]string{
		"Anna\nunlock.granted": `Anna\u000aunlock.granted`,
		"\x1b[2J":              `\u001b[2J`,
		"\u009b31m":            `\u009b31m`,
		"a\u202eb":             `a\u202eb`,
		"a\u2028b":             `a\u2028b`,
		"a\x00b":               `a\u0000b`,
		"\xff\xfe":             "\ufffd",
		"\U000e0041":           `\U000e0041`,
		"Åsa Öberg <&>":        "Åsa Öberg <&>",
	} {
		if got := legible(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// No text field may be forgotten: each is set to something hostile and must come out harmless.
func TestEveryTextFieldIsCleaned(t *testing.T) {
	typ := reflect.TypeFor[Row]()
	for i := range typ.NumField() {
		if typ.Field(i).Type.Kind() != reflect.String || typ.Field(i).Name == "Event" {
			continue
		}
		var r Row
		reflect.ValueOf(&r).Elem().Field(i).SetString("x\n19700101-1234 " + strings.Repeat("y", 1000))
		r = clean(r, time.Now)
		got := reflect.ValueOf(r).Field(i).String()
		if strings.Contains(got, "\n") || strings.Contains(got, "1234") || len(got) > maxText {
			t.Errorf("%s was written as %q", typ.Field(i).Name, got)
		}
	}
}

func TestTheLongestRowFitsALine(t *testing.T) {
	var r Row
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.String {
			v.Field(i).SetString(strings.Repeat("\"\x01", 600))
		}
	}
	r.Event = AgentStart
	for range 100 {
		r.Systems = append(r.Systems, strings.Repeat("\"\x01", 600))
	}
	data, err := encode(Entry{Seq: 1, Prev: Genesis, Row: clean(r, time.Now)})
	if err != nil || len(data) > MaxLine/2 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// FuzzRow puts any bytes into a row: what is written is one legible line that reads back the same.
func FuzzRow(f *testing.F) {
	f.Add("Anna\nBo", "3b7f", "9752278911123456789")
	f.Add("\xff19700101-1234", "700101-1234", "\u202e")
	f.Fuzz(func(t *testing.T, text, digest, number string) {
		r := clean(Row{Event: CardIn, Reason: text, CertIssuer: text, Proof: digest, CardNumber: number}, time.Now)
		data, err := encode(Entry{Seq: 1, Prev: Genesis, Row: r})
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(data, []byte("\n")) != 1 || !utf8.Valid(data) || bytes.ContainsFunc(data[:len(data)-1], func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("wrote %q", data)
		}
		e, err := parse(data)
		if err != nil || !reflect.DeepEqual(e.Row, r) {
			t.Errorf("read back %+v, %v; wrote %+v", e.Row, err, r)
		}
		if maskPersonal(r.Reason) != r.Reason {
			t.Errorf("%q still holds a personnummer", r.Reason)
		}
	})
}
