package main

import (
	"context"
	"errors"
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/secret"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
)

// send takes what is typed and hands it to the service, beside the conversation. What is not complete stays here.
func (w *window) send(ctx context.Context, s dialog.Send) {
	codes := w.take(s.Kind)
	if unfit := w.unfit(s, codes); unfit != nil {
		wipe(codes)
		w.inbox.put(*unfit)
		return
	}
	ctx, w.abandon = context.WithCancel(ctx)
	go func(cancel context.CancelFunc) {
		defer cancel()
		defer wipe(codes)
		w.inbox.put(w.handOver(ctx, s, codes))
	}(w.abandon)
}

// take takes the codes of a kind out of the face: the one that the card has now, or the PUK, and the new one twice.
func (w *window) take(kind model.ID) [][]byte {
	fields := map[model.ID][]model.FieldKind{model.PIN: {model.FieldPIN}, model.Change: {model.FieldPIN, model.FieldNew, model.FieldTwo},
		model.Unblock: {model.FieldPUK, model.FieldNew, model.FieldTwo}}[kind]
	var codes [][]byte
	for _, f := range fields {
		codes = append(codes, w.face.Take(f))
	}
	return codes
}

// unfit is why codes are not sent; nil: they are.
func (w *window) unfit(s dialog.Send, codes [][]byte) *dialog.Answered {
	switch {
	case len(codes) == 0 || slices.ContainsFunc(codes, func(c []byte) bool { return len(c) == 0 }):
		return &dialog.Answered{}
	case len(codes) == 1:
		return nil
	case !isSure(codes[1], codes[2]):
		return &dialog.Answered{Differ: true}
	case secret.Easy(codes[1]) && !s.EvenEasy:
		return &dialog.Answered{Easy: true}
	}
	return nil
}

// handOver hands codes to the service, which are wiped by that, and returns what became of them.
func (w *window) handOver(ctx context.Context, s dialog.Send, codes [][]byte) dialog.Answered {
	var r apitype.PINResult
	var err error
	if s.Kind == model.PIN {
		r, err = w.service.PIN(ctx, apitype.PINRequest{Insertion: s.Insertion, LastTry: s.LastTry, Consent: s.Consent}, codes[0])
	} else {
		r, err = w.service.Care(ctx, apitype.CareRequest{Insertion: s.Insertion, Unblock: s.Kind == model.Unblock, Sign: s.Sign, LastTry: s.LastTry},
			codes[0], codes[1])
	}
	if err != nil {
		r = apitype.PINResult{Problem: problemOf(err)}
	}
	return dialog.Answered{Sent: true, Result: r}
}

// problemOf is what people are told of an error of the client.
func problemOf(err error) *apitype.Problem {
	var p *apitype.Problem
	var denied *client.Denied
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &denied):
		return &apitype.Problem{Code: apitype.PersonWrongSession}
	}
	return &apitype.Problem{Code: apitype.AgentUnreachable}
}

func wipe(codes [][]byte) {
	for _, c := range codes {
		secret.Wipe(c)
	}
}
