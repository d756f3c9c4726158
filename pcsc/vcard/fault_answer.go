package vcard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
)

// answerFaults are the faults in which the card answers something else than it should.
func answerFaults() []faultKind {
	kinds := []faultKind{
		{name: "garbage", does: "answers bytes without meaning", build: answers(garbage)},
		{name: "empty", does: "answers no byte", build: answers(func(exchanged) []byte { return []byte{} })},
		{name: "one-byte", does: "answers half a status", build: answers(func(exchanged) []byte { return []byte{byte(swOK >> 8)} })},
		{name: "longest", does: "answers 65,535 bytes", build: answers(longest)},
		{name: "more-data", does: "says each time that more waits (61xx)", endless: true, build: answers(moreData)},
		{name: "wrong-length", does: "says each time that Le is wrong (6Cxx)", endless: true, build: answers(wrongLength)},
		{name: "deep", does: "answers data objects in data objects, without an end", build: answers(deep)},
		{name: "status", arg: "HHHH", does: "answers these status bytes", build: lyingStatus},
		{name: "truncated", does: "answers the first half", build: answers(func(e exchanged) []byte { return e.told()[:len(e.told())/2] })},
		{name: "doubled", does: "answers twice in one", build: answers(func(e exchanged) []byte { return bytes.Repeat(e.told(), 2) })},
		{name: "flipped", does: "answers with one bit turned", build: answers(flipped)},
		{name: "zeros", does: "answers zeros", build: answers(func(e exchanged) []byte { return make([]byte, len(e.told())) })},
		{name: "stale", does: "answers what it has answered to the command before", build: answers(stale)},
	}
	for i := range kinds {
		kinds[i].moments = true
	}
	return kinds
}

func answers(f func(exchanged) []byte) func(*Device, string) (fault, error) {
	return func(*Device, string) (fault, error) { return fault{strike: &strike{answer: f}}, nil }
}

// garbage is as long as the answer would be and the same each time, so that what it breaks can be broken again.
func garbage(e exchanged) []byte {
	answer := make([]byte, max(len(e.told()), minGarbage))
	_, _ = rand.NewChaCha8(sha256.Sum256(e.command)).Read(answer) // never fails (math/rand/v2)
	return answer
}

const (
	minGarbage = 16
	moreBytes  = 0x10 // how many bytes come with each 61xx, and how many a 6Cxx asks for
)

// longest is the longest answer that the reader's protocol carries.
func longest(exchanged) []byte {
	return swOK.appendTo(make([]byte, maxFrame-2, maxFrame))
}

func moreData(exchanged) []byte {
	return (swMoreData | moreBytes).appendTo(make([]byte, moreBytes))
}

// wrongLength names another length than the one that was asked for, so that who asks again has always cause to.
func wrongLength(e exchanged) []byte {
	c, _ := parseCommand(e.command) // of a command that is none, Le is 0
	if c.ne == moreBytes {
		return (swWrongLe | moreBytes + 1).appendTo(nil)
	}
	return (swWrongLe | moreBytes).appendTo(nil)
}

// deep opens one constructed object of indefinite length in the other (ISO/IEC 8825-1, 8.1.3.6), as many as fit the
// answer that was asked for.
func deep(e exchanged) []byte {
	c, _ := parseCommand(e.command)
	levels := min(orMax(c.ne, maxShortNe), maxFrame-2) / 2
	return swOK.appendTo(bytes.Repeat([]byte{0x30, 0x80}, levels))
}

// lyingStatus keeps the data of the answer and changes what the card says of it.
func lyingStatus(_ *Device, arg string) (fault, error) {
	sw, err := hex.DecodeString(arg)
	if err != nil || len(sw) != 2 {
		return fault{}, errArgument
	}
	return answers(func(e exchanged) []byte {
		if e.answer == nil {
			return sw
		}
		return append(bytes.Clone(e.answer[:len(e.answer)-2]), sw...)
	})(nil, "")
}

func flipped(e exchanged) []byte {
	answer := bytes.Clone(e.told())
	answer[len(answer)/2] ^= 1
	return answer
}

func stale(e exchanged) []byte {
	if e.previous == nil {
		return e.told()
	}
	return e.previous
}
