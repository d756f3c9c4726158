package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"siths-agent/internal/testpki"
)

const trustFolder = "trust"

// makePKI makes a throw-away hierarchy and one card in a folder that holds no key yet.
func (p program) makePKI(args []string) error {
	if len(args) != 1 || args[0] == "" || args[0][0] == '-' {
		return usageError{"write: siths-vcard pki DIR"}
	}
	dir := args[0]
	keys, err := filepath.Glob(filepath.Join(dir, "*.key"))
	if err != nil {
		return fmt.Errorf("looking into %s: %w", dir, err)
	}
	if len(keys) > 0 {
		return fmt.Errorf("%s holds a card already: choose another folder, or remove it", dir)
	}
	hierarchy, err := testpki.New(testpki.Options{})
	if err != nil {
		return fmt.Errorf("making the authorities: %w", err)
	}
	card, err := hierarchy.IssueCard(testpki.Person{})
	if err != nil {
		return fmt.Errorf("issuing the card: %w", err)
	}
	trust := filepath.Join(dir, trustFolder)
	if err := errors.Join(card.Write(dir), hierarchy.WriteTrust(trust)); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "A training card for %s (%s) is in %s, its authorities are in %s.\n",
		card.Person.CommonName, card.Person.HSAID, dir, trust)
	return nil
}
