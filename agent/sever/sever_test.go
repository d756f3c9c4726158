package sever

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
)

func TestAQuestionAndItsAnswerTravelWhole(t *testing.T) {
	var pipe bytes.Buffer
	asked := Question{UID: 1<<32 - 1, Inodes: slices.Repeat([]uint32{1<<32 - 1}, MaxInodes)}
	if err := WriteQuestion(&pipe, asked); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadQuestion(&pipe); err != nil || !reflect.DeepEqual(got, asked) {
		t.Errorf("read %d inodes of %d, %v", len(got.Inodes), got.UID, err)
	}
	said := Answer{Severed: 3, Failure: "one is left"}
	if err := WriteAnswer(&pipe, said); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAnswer(&pipe); err != nil || got != said {
		t.Errorf("read %+v, %v", got, err)
	}
}

func FuzzReadQuestion(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Add([]byte("\x00\x00\x00\x1c{\"uid\":1000,\"inodes\":[1,22]}"))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, sent []byte) {
		q, err := ReadQuestion(bytes.NewReader(sent))
		if err == nil && len(q.Inodes) > MaxQuestion {
			t.Fatalf("%d inodes", len(q.Inodes))
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x0d{\"severed\":2}"))
	f.Add([]byte{0, 0, 0, 1, '!'})
	f.Fuzz(func(t *testing.T, sent []byte) {
		a, err := ReadAnswer(bytes.NewReader(sent))
		if err == nil && len(a.Failure) > MaxAnswer {
			t.Fatalf("%d bytes", len(a.Failure))
		}
	})
}
