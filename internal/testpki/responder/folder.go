package responder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"siths-agent/internal/testpki"
)

// behaviourFile is where a responder in a process of its own looks up how to behave, before each answer.
const behaviourFile = "behaviour.json"

// listeningFile is there once a responder in a process of its own listens.
const listeningFile = "listening"

// Listens says whether the responder of a folder has begun to listen.
func Listens(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, listeningFile))
	return err == nil
}

// Tell changes how the responder of a folder behaves from now on.
func Tell(dir string, b Behaviour) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, behaviourFile)
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("telling a responder: %w", err)
	}
	return os.Rename(file+".new", file)
}

// ServeFolder is a responder of its own process, with the authorities that testpki.PKI.Keep has written into dir. It
// listens on address and returns only with an error.
func ServeFolder(dir, address string) error {
	pki, err := testpki.Load(dir, testpki.Options{})
	if err != nil {
		return err
	}
	r := New(pki, nil)
	l, err := Listen(address)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, listeningFile), nil, 0o600); err != nil {
		return err
	}
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, err := read(dir)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		r.Set(b)
		r.ServeHTTP(w, req)
	})
	l.IdleTimeout = time.Minute
	return l.Serve(l.l)
}

// read finds out how to behave: well, when nobody has told.
func read(dir string) (Behaviour, error) {
	var b Behaviour
	text, err := os.ReadFile(filepath.Join(dir, behaviourFile))
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal(text, &b)
}
