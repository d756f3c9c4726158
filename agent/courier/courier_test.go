package courier

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"siths-agent/agent/errand"
)

func TestAQuestionAndItsAnswerTravelWhole(t *testing.T) {
	var pipe bytes.Buffer
	asked := Question{Fetch: &Fetch{URL: "http://127.0.0.1/a", Body: []byte{0, 1}, Limit: 9}, Timeout: time.Second}
	if err := WriteQuestion(&pipe, asked); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadQuestion(&pipe); err != nil || !reflect.DeepEqual(got, asked) {
		t.Errorf("asked %+v, read %+v, %v", asked, got, err)
	}
	said := Answer{Body: []byte("a body of ours"), Failure: &Failure{Reason: Late}}
	if err := WriteAnswer(&pipe, said); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAnswer(&pipe, 14); err != nil || !bytes.Equal(got.Body, said.Body) || got.Failure.Reason != Late {
		t.Errorf("said %+v, read %+v, %v", said, got, err)
	}
}

func TestABodyOverItsLimitIsNotRead(t *testing.T) {
	var pipe bytes.Buffer
	if err := WriteAnswer(&pipe, Answer{Body: make([]byte, 15)}); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAnswer(&pipe, 14); !errors.Is(err, errand.ErrFrame) {
		t.Errorf("15 bytes where 14 are allowed: %v", err)
	}
}
