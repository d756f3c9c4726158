package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// krb5File is libkrb5's configuration. Debian's includes no folder, so that the block lies in the file itself.
const krb5File = "/etc/krb5.conf"

const (
	blockBegin = "# siths-agent: begin\n"
	blockEnd   = "# siths-agent: end\n"
)

// krb5 puts the place of the tickets at the beginning, where it wins (krb5.conf(5): of a relation that is there twice the
// first counts), or takes it out.
func (c Computer) krb5(wanted bool) (File, error) {
	path := c.path(krb5File)
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return File{}, fmt.Errorf("reading %s: %w", path, err)
	}
	rest, err := withoutBlock(old)
	if err != nil {
		return File{}, fmt.Errorf("reading %s: %w", path, err)
	}
	if wanted {
		return File{Path: path, Data: append(c.krb5Block(), rest...)}, nil
	}
	return File{Path: path, Data: rest, Gone: len(rest) == 0}, nil
}

func (c Computer) krb5Block() []byte {
	return fmt.Appendf(nil, "%s[libdefaults]\n default_ccache_name = DIR:%s/tickets/%%{uid}\n%s", blockBegin, c.Run, blockEnd)
}

var errHalfBlock = errors.New("the block of siths-agent has a beginning and no end")

func withoutBlock(data []byte) ([]byte, error) {
	before, rest, found := bytes.Cut(data, []byte(blockBegin))
	if !found {
		return data, nil
	}
	_, after, found := bytes.Cut(rest, []byte(blockEnd))
	if !found {
		return nil, errHalfBlock
	}
	return append(bytes.Clone(before), after...), nil
}
