package ticket

import (
	"bytes"
	"reflect"
	"testing"
	"time"
)

func TestAQuestionAndItsAnswerTravelWhole(t *testing.T) {
	var pipe bytes.Buffer
	asked := Question{Principal: "anna", Realm: "LAB", Config: []byte("[libdefaults]"), Issuers: [][]byte{{1}}, Card: "/run/a", Lifetime: 1, Timeout: 2}
	if err := WriteQuestion(&pipe, asked); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadQuestion(&pipe); err != nil || !reflect.DeepEqual(got, asked) {
		t.Errorf("asked %+v, read %+v, %v", asked, got, err)
	}
	said := Answer{Principal: "anna@LAB", Ends: time.Unix(1, 0).UTC(), Cache: make([]byte, MaxCache)}
	if err := WriteAnswer(&pipe, said); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAnswer(&pipe); err != nil || !reflect.DeepEqual(got, said) {
		t.Errorf("read %d bytes of %s, %v", len(got.Cache), got.Principal, err)
	}
}

func FuzzReadQuestion(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Add([]byte("\x00\x00\x00\x16{\"principal\":\"anna\"}\x20\x20"))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, sent []byte) {
		q, err := ReadQuestion(bytes.NewReader(sent))
		if err != nil {
			return
		}
		var pipe bytes.Buffer
		if err := WriteQuestion(&pipe, q); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadQuestion(&pipe); err != nil || again.Principal != q.Principal || again.Timeout != q.Timeout {
			t.Fatalf("%+v came back as %+v, %v", q, again, err)
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x22{\"failure\":{\"reason\":\"revoked\"}}   "))
	f.Add([]byte{0, 0, 0, 1, '!'})
	f.Fuzz(func(t *testing.T, sent []byte) {
		a, err := ReadAnswer(bytes.NewReader(sent))
		if err == nil && len(a.Cache) > MaxAnswer {
			t.Fatalf("%d bytes", len(a.Cache))
		}
	})
}
