package token

import (
	"bytes"
	"errors"
	"testing"
)

func TestOnlySixToTwelveDigitsAreAPIN(t *testing.T) {
	for pin, good := range map[string]bool{
		"123456": true, "12345678": true, "123456789012": true,
		"": false, "1": false, "12345": false, "1234567890123": false, "12345a": false, "12345\x00": false, "１２３４５６": false, " 123456": false,
	} {
		err := CheckPIN([]byte(pin))
		var refused *PINError
		if good != (err == nil) || !good && (!errors.As(err, &refused) || refused.Reason != Length) {
			t.Errorf("%q: %v", pin, err)
		}
	}
	if CheckPIN(bytes.Repeat([]byte("1"), 256)) == nil {
		t.Error("256 digits were taken for a PIN")
	}
}

func TestAPINErrorNeverShowsMoreThanTheReasonAndTheTries(t *testing.T) {
	two := 2
	if got := (&PINError{Reason: Wrong, Tries: &two}).Error(); got != "PIN wrong, 2 tries left" {
		t.Error(got)
	}
	if got := (&PINError{Reason: Blocked}).Error(); got != "PIN blocked" {
		t.Error(got)
	}
}
