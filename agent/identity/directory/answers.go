package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"siths-agent/internal/durable"
)

// FileName is the name of the file of the last answers in the state folder.
const FileName = "directory.json"

// answers are the last ones that the directory has given, in memory and on disk.
type answers struct {
	path   string        // empty keeps them in memory only
	about  string        // what has been asked, so that another policy does not get the answers of this one
	oldest time.Duration // what is older is dropped

	mu   sync.Mutex
	all  map[string]answer // by HSA-id
	high time.Time         // the latest time at which an answer was given or used
}

// answer is one person's account, and when the directory said so.
type answer struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
}

func newAnswers(cfg Config) *answers {
	asked := strings.Join([]string{cfg.URI, cfg.Base, cfg.Filter, cfg.Attribute}, "\x00")
	sum := sha256.Sum256([]byte(asked))
	a := &answers{about: hex.EncodeToString(sum[:]), oldest: max(cfg.MaxAge, fresh), all: map[string]answer{}}
	if cfg.MaxAge > 0 {
		a.path = cfg.State
	}
	return a
}

// of returns the last answer about a person, if it is not older than the limit.
func (a *answers) of(hsaID string, now time.Time, limit time.Duration) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, ok := a.all[hsaID]
	if !ok || !isYoung(last.At, now, a.high, limit) {
		return "", false
	}
	a.seen(now)
	return last.Account, true
}

// seen notes what time it is, on disk only as often as is needed to age the answers.
func (a *answers) seen(now time.Time) {
	if now.Sub(a.high) < fresh {
		return
	}
	a.high = now
	_ = a.write() // the answers are on disk; at worst they look as old as they did before
}

// keep takes over what the directory has answered now: an account, or that there is none that could be one. It is in
// memory whatever the error.
func (a *answers) keep(hsaID, name string, known bool, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, had := a.all[hsaID]
	known = known && name != "" && len(name) <= maxName && utf8.ValidString(name)
	if !known && !had {
		return nil
	}
	a.high = now
	delete(a.all, hsaID)
	if known {
		a.all[hsaID] = answer{Account: name, At: now}
	}
	maps.DeleteFunc(a.all, func(_ string, old answer) bool { return !isYoung(old.At, now, now, a.oldest) })
	a.dropOldest()
	return a.write()
}

// dropOldest makes room: as many people as use a shared computer fit in.
func (a *answers) dropOldest() {
	ids := slices.SortedFunc(maps.Keys(a.all), func(x, y string) int { return a.all[y].At.Compare(a.all[x].At) })
	for _, id := range ids[min(len(ids), maxAnswers):] {
		delete(a.all, id)
	}
}

// read takes over the file, if it is there, is ours, and answers the same questions. After an error there are none.
func (a *answers) read() error {
	data, err := readSecret(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := parse(data)
	if err != nil {
		return fmt.Errorf("reading %s: %w", a.path, err)
	}
	if kept.About == a.about {
		a.all, a.high = kept.Answers, kept.High
	}
	return nil
}

// write replaces the file by what is in memory. The file is the old one or the new one, and whole.
func (a *answers) write() error {
	if a.path == "" {
		return nil
	}
	data, err := encode(record{V: version, About: a.about, High: a.high, Answers: a.all})
	if err != nil {
		return err
	}
	return durable.Replace(a.path, data)
}
