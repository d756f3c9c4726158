package look

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"siths-agent/ui/text"
)

// maxFile is how many bytes a person's file has at most.
const maxFile = 16 << 10

// preferences is what a person's file says. What it does not say is nil.
type preferences struct {
	lang     *text.Lang
	dark     *bool
	contrast *bool
	plain    *bool
	text     *float32
}

// KeyError says what is wrong with one line of a person's file.
type KeyError struct {
	Key     string
	Allowed string // empty: there is no such key
}

// Error names the key and what it takes.
func (e *KeyError) Error() string {
	if e.Allowed == "" {
		return fmt.Sprintf("%q: no such key (there are: colors, contrast, language, plain, text)", e.Key)
	}
	return fmt.Sprintf("%s: allowed is %s", e.Key, e.Allowed)
}

// readFile reads a person's file. One that is not there says nothing.
func readFile(path string) (preferences, []error) {
	if path == "" {
		return preferences{}, nil
	}
	b, err := content(path)
	if errors.Is(err, fs.ErrNotExist) {
		return preferences{}, nil
	}
	if err != nil {
		return preferences{}, []error{err}
	}
	p, errs := parse(b)
	for i := range errs {
		errs[i] = fmt.Errorf("reading %s: %w", path, errs[i])
	}
	return p, errs
}

// content is that of a file, and never waits for a pipe.
func content(path string) ([]byte, error) {
	if at, err := os.Stat(path); err != nil || !at.Mode().IsRegular() {
		return nil, errors.Join(err, notRegular(path, err))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s: more than %d bytes", path, maxFile)
	}
	return b, err
}

func notRegular(path string, err error) error {
	if err != nil {
		return nil
	}
	return fmt.Errorf("%s: not a file", path)
}

// parse returns what a file says. A key that is wrong does not keep the others from counting.
func parse(b []byte) (preferences, []error) {
	var p preferences
	all := map[string]any{}
	if err := toml.Unmarshal(b, &all); err != nil {
		return p, []error{err}
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if err := p.set(key, all[key]); err != nil {
			errs = append(errs, err)
		}
	}
	return p, errs
}

func (p *preferences) set(key string, value any) error {
	switch key {
	case "language":
		return p.setLanguage(value)
	case "colors":
		return p.setColors(value)
	case "contrast":
		return setBool(&p.contrast, key, value)
	case "plain":
		return setBool(&p.plain, key, value)
	case "text":
		return p.setText(value)
	}
	return &KeyError{Key: key}
}

func setBool(to **bool, key string, value any) error {
	yes, ok := value.(bool)
	if !ok {
		return &KeyError{key, "true or false"}
	}
	*to = &yes
	return nil
}

func (p *preferences) setLanguage(value any) error {
	name, _ := value.(string)
	l := text.Lang(name)
	if l != text.SV && l != text.EN {
		return &KeyError{"language", `"sv" or "en"`}
	}
	p.lang = &l
	return nil
}

func (p *preferences) setColors(value any) error {
	if value != "dark" && value != "light" {
		return &KeyError{"colors", `"dark" or "light"`}
	}
	p.dark = new(value == "dark")
	return nil
}

// setText takes percent.
func (p *preferences) setText(value any) error {
	n, ok := value.(int64)
	if !ok || n < 100*SmallestText || n > 100*LargestText {
		return &KeyError{"text", "a whole number of percent from 100 to 200"}
	}
	p.text = new(float32(n) / 100)
	return nil
}

// apply puts what the file says above what the desktop asks for.
func (p preferences) apply(w *Wanted) {
	put(&w.Lang, p.lang)
	put(&w.Dark, p.dark)
	put(&w.Contrast, p.contrast)
	put(&w.Plain, p.plain)
	put(&w.Text, p.text)
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
