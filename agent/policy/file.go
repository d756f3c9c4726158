package policy

import (
	"errors"
	"io"
	"io/fs"

	"siths-agent/internal/trusted"
)

// MaxFileSize is the largest policy file that is read, in bytes.
const MaxFileSize = 256 << 10

// readFile returns the content of a file that only root or the running user can have written.
func readFile(file string) ([]byte, *Error) {
	f, err := trusted.Open(file)
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

func fileError(file string, err error) *Error {
	var bad *trusted.Flaw
	switch {
	case errors.As(err, &bad):
		return &Error{File: file, What: faultOf(bad.Fault), Got: bad.Path}
	case errors.Is(err, fs.ErrNotExist):
		return &Error{File: file, What: FileMissing, Err: err}
	default:
		return &Error{File: file, What: FileUnreadable, Got: err.Error(), Err: err}
	}
}

func faultOf(f trusted.Fault) Fault {
	switch f {
	case trusted.NotRegular:
		return FileNotRegular
	case trusted.ForeignOwner:
		return FileForeignOwner
	default:
		return FileWritable
	}
}
