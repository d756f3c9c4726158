package child

import (
	"errors"
	"testing"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

func TestWhatTheModuleSaysIsFoldedIntoWhatHelps(t *testing.T) {
	for rv, want := range map[pkcs11.Error]error{
		pkcs11.CKR_DEVICE_REMOVED:         token.ErrRemoved,
		pkcs11.CKR_USER_NOT_LOGGED_IN:     token.ErrChanged,
		pkcs11.CKR_TOKEN_NOT_RECOGNIZED:   token.ErrUnsupported,
		pkcs11.CKR_FUNCTION_NOT_SUPPORTED: token.ErrUnsupported, // OpenSC 0.23, for an IDPrime's key of 3072 bits
		pkcs11.CKR_MECHANISM_INVALID:      token.ErrUnsupported,
		pkcs11.CKR_KEY_SIZE_RANGE:         token.ErrUnsupported,
		pkcs11.CKR_DEVICE_ERROR:           token.ErrUnreadable,
	} {
		if err := cardError("signing", rv); !errors.Is(err, want) || !errors.Is(err, rv) {
			t.Errorf("%v became %v, want %v", rv, err, want)
		}
	}
	if err := cardError("signing", errors.New("something else")); !errors.Is(err, token.ErrUnreadable) {
		t.Errorf("what is no return value became %v", err)
	}
}
