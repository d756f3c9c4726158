package courier

import (
	"bytes"
	"reflect"
	"testing"
)

// frame is what precedes what was sent.
func frame(text string) []byte { return append([]byte{0, 0, 0, byte(len(text))}, text...) }

func FuzzReadAnswer(f *testing.F) {
	f.Add(append(frame(`{"length":3}`), "abc"...), int64(3))
	f.Add(frame(`{"failure":{"reason":"late","detail":"d"}}`), int64(0))
	f.Add(frame(`{"entries":[{"dn":"cn=a","values":{"uid":["YQ=="]}}],"truncated":true}`), int64(0))
	f.Add(frame(`{"length":-1}`), int64(9))
	f.Fuzz(func(t *testing.T, sent []byte, limit int64) {
		limit = min(limit, 1<<16)
		a, err := ReadAnswer(bytes.NewReader(sent), limit)
		if err != nil {
			return
		}
		if int64(len(a.Body)) > limit {
			t.Fatalf("%d bytes where %d are allowed", len(a.Body), limit)
		}
		var pipe bytes.Buffer
		if err := WriteAnswer(&pipe, a); err != nil {
			t.Fatal(err)
		}
		again, err := ReadAnswer(&pipe, int64(len(a.Body)))
		if err != nil || !bytes.Equal(again.Body, a.Body) || again.Sent != a.Sent || !reflect.DeepEqual(again.Failure, a.Failure) {
			t.Fatalf("%+v came back as %+v, %v", a, again, err)
		}
	})
}

func FuzzReadQuestion(f *testing.F) {
	f.Add(frame(`{"fetch":{"url":"http://127.0.0.1/","limit":9},"timeout":1}`))
	f.Add(frame(`{"search":{"uri":"ldaps://a","bind":{"password":"YQ=="}},"timeout":-1}`))
	f.Add(frame(`{"forward":{"address":"a:6514","messages":["YQ=="]},"fetch":{}}`))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, sent []byte) {
		q, err := ReadQuestion(bytes.NewReader(sent))
		if err != nil {
			return
		}
		if n := q.Parts(); n < 0 || n > 3 || q.limit() > MaxBody {
			t.Fatalf("%d parts, a body of %d bytes", n, q.limit())
		}
		var pipe bytes.Buffer
		if err := WriteQuestion(&pipe, q); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadQuestion(&pipe); err != nil || again.Timeout != q.Timeout || again.Parts() != q.Parts() {
			t.Fatalf("%+v came back as %+v, %v", q, again, err)
		}
	})
}
