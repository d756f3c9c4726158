package dialog

import "errors"

// ErrNoScreen says that a face cannot show anything here.
var ErrNoScreen = errors.New("this face has nothing to show windows on")
