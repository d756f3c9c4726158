package policy

import (
	"errors"
	"io"
	"io/fs"
)

// MaxFileSize is the largest policy file that is read, in bytes.
const MaxFileSize = 256 << 10

// readFile returns the content of a file that only root or the running user can have written.
func readFile(file string) ([]byte, *Error) {
	f, err := openTrusted(file)
	if err != nil {
		return nil, fileError(file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	switch {
	case err != nil:
		return nil, fileError(file, err)
	case isTooLarge(len(data)):
		return nil, &Error{File: file, What: FileTooLarge}
	default:
		return data, nil
	}
}

// flaw is what makes a file or a folder on the way to it untrustworthy.
type flaw struct {
	path  string
	fault Fault
}

func (f *flaw) Error() string { return f.fault.Text(f.path).EN }

func fileError(file string, err error) *Error {
	var bad *flaw
	switch {
	case errors.As(err, &bad):
		return &Error{File: file, What: bad.fault, Got: bad.path}
	case errors.Is(err, fs.ErrNotExist):
		return &Error{File: file, What: FileMissing, Err: err}
	default:
		return &Error{File: file, What: FileUnreadable, Got: err.Error(), Err: err}
	}
}
