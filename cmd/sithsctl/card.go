package main

import (
	"context"
	"flag"
	"strconv"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// cardView is the part of a snapshot that is about the card, under the names that it has there.
type cardView struct {
	Reader   *apitype.Reader   `json:"reader,omitempty"`
	Card     *apitype.Card     `json:"card,omitempty"`
	Holder   *apitype.Holder   `json:"holder,omitempty"`
	Problems []apitype.Problem `json:"problems,omitempty"`
}

func buildCard(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		s, err := e.agent().Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Card == nil {
			return missing(s)
		}
		if *asJSON {
			return e.printJSON(cardView{s.Reader, s.Card, s.Holder, s.Problems})
		}
		return e.printCard(s)
	}
}

func (e *env) printCard(s apitype.Snapshot) error {
	t := e.table()
	t.reader(s.Reader)
	t.row(text.CtlCardKind, s.Card.Kind)
	t.row(text.CtlProduct, s.Card.Product)
	t.row(text.CtlATR, s.Card.ATR)
	t.card(s.Card)
	if pin := s.Card.PIN; pin != nil && pin.Sign != nil {
		t.row(text.CtlSignTries, strconv.Itoa(pin.Sign.Tries))
	}
	t.holder(s.Holder)
	if h := s.Holder; h != nil {
		t.row(text.CtlHSAID, h.HSAID)
		t.row(text.CtlLoA, strconv.Itoa(h.LoA))
	}
	t.validity(s.Holder)
	if err := t.flush(); err != nil {
		return err
	}
	return e.printProblems(s.Problems, s.Card)
}
