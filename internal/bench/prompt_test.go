package main

import "testing"

func TestAPromptIsAColonAndASpaceAtTheEnd(t *testing.T) {
	p := newPrompt()
	for _, piece := range []string{"Smart card: found\n", "PIN:", " "} {
		select {
		case <-p.asked:
			t.Fatalf("asked before %q", piece)
		default:
		}
		if _, err := p.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	<-p.asked
	first := p.when()
	if _, err := p.Write([]byte("again: ")); err != nil { // a second question is not the prompt
		t.Fatal(err)
	}
	if p.when() != first || p.String() != "Smart card: found\nPIN: again: " {
		t.Errorf("at %v after %v: %q", p.when(), first, p)
	}
}
