package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"siths-agent/pcsc/siths"
)

const (
	version    = 1
	maxAnswers = 1024
	maxName    = 256 // of an account, in bytes
)

var errGarbled = errors.New("not a record of a directory's answers")

// record is the file of the last answers.
type record struct {
	V       int               `json:"v"`
	About   string            `json:"about"`
	High    time.Time         `json:"high"`
	Answers map[string]answer `json:"answers"`
}

func encode(r record) ([]byte, error) {
	data, err := json.Marshal(r)
	return append(data, '\n'), err
}

// parse reads a record that encode has written, and nothing else.
func parse(data []byte) (record, error) {
	var r record
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || !utf8.Valid(data) {
		return record{}, errors.Join(errGarbled, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || r.V != version || r.About == "" || len(r.Answers) > maxAnswers {
		return record{}, errGarbled
	}
	if r.Answers == nil {
		r.Answers = map[string]answer{}
	}
	for id, a := range r.Answers {
		if !siths.IsHSAID(id) || a.Account == "" || len(a.Account) > maxName || a.At.IsZero() || a.At.After(r.High) {
			return record{}, errGarbled
		}
	}
	return r, nil
}
