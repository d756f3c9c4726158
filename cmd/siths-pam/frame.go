package main

import (
	"encoding/binary"
	"errors"
	"io"
)

// The kinds of frames. The other end, with the description of the protocol, is cmd/pam_siths/exchange.c.
const (
	kindHello  = 'H'
	kindAnswer = 'A'
	kindCancel = 'C'
	kindResult = 'R'

	// Linux-PAM's message styles as digits (pam_conv(3)).
	kindAskHidden = '1' // PAM_PROMPT_ECHO_OFF
	kindAsk       = '2' // PAM_PROMPT_ECHO_ON
	kindError     = '3' // PAM_ERROR_MSG
	kindTell      = '4' // PAM_TEXT_INFO
)

// textLimit is the longest payload that the module takes.
const textLimit = 1024

var errTooLong = errors.New("the frame is too long")

// frame is the head of a frame: the payload stays in the stream, so that a secret need not pass through here.
type frame struct {
	kind byte
	size int
}

func readFrame(r io.Reader) (frame, error) {
	var head [3]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	return frame{kind: head[0], size: int(binary.BigEndian.Uint16(head[1:]))}, nil
}

func writeFrame(w io.Writer, kind byte, payload string) error {
	if len(payload) > textLimit {
		return errTooLong
	}
	b := binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(payload)))
	_, err := w.Write(append(b, payload...))
	return err
}
