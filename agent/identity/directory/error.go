package directory

import (
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
)

// The ways in which an answer names nobody for sure.
var (
	errSeveral      = errors.New("more than one entry has the HSA-id")
	errSeveralNames = errors.New("the entry names more than one account")
	errSomebodyElse = errors.New("the entry that was found does not hold the HSA-id")
	errNoTurn       = errors.New("too many questions at once")
)

// Error is a question that has no answer to rely on.
type Error struct {
	Code apitype.Code // network.down: not reached; config.invalid: reached, but not as policy says; else the answer is bad
	Err  error
}

// Error says what is wrong.
func (e *Error) Error() string { return "asking the directory: " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// ProblemCode returns the code.
func (e *Error) ProblemCode() apitype.Code { return e.Code }

// Reason says for the audit log which of the ways it is, in words of ours.
func (e *Error) Reason() string {
	var f *courier.Failure
	if errors.As(e.Err, &f) {
		return "directory: " + string(f.Reason)
	}
	for _, known := range []error{errSeveral, errSeveralNames, errSomebodyElse, errNoTurn, errReadable, errTwoLines, errLargeSecret} {
		if errors.Is(e.Err, known) {
			return "directory: " + known.Error()
		}
	}
	return "directory: its credentials or authorities cannot be read"
}

// isUnreached says whether an error leaves open what the directory would have answered. Whoever answers in its place, as the
// net of a hotel does, is not the directory.
func isUnreached(err error) bool {
	var e *Error
	var f *courier.Failure
	return errors.As(err, &e) && (e.Code == apitype.NetworkDown || errors.As(err, &f) && f.Reason == courier.BadTLS)
}

// isAnswer says whether the directory has answered, if only something that cannot be used.
func isAnswer(err error) bool {
	var e *Error
	return err == nil || errors.As(err, &e) && e.Code == apitype.PersonUnmapped
}
