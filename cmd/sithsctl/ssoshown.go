package main

import (
	"strings"

	"siths-agent/agent/broker/browser/setup"
	"siths-agent/ui/text"
)

// The things that happen to a file.
const (
	fileNew     = "new"
	fileChanged = "changed"
	fileGone    = "removed"
	fileSame    = "unchanged"
)

// shownSetup is what "sso setup --json" prints.
type shownSetup struct {
	Done       bool          `json:"done"` // false: with --dry-run
	Files      []shownFile   `json:"files"`
	Registered *registration `json:"registered,omitempty"`
	Notes      []setup.Note  `json:"notes,omitempty"`
}

type shownFile struct {
	Path    string `json:"path"`
	Action  string `json:"action"`
	Link    string `json:"link,omitempty"`
	Content string `json:"content,omitempty"`
}

// registration is a module that was put into a database of NSS, or taken out of it.
type registration struct {
	Database string `json:"database"`
	Module   string `json:"module"`
	Removed  bool   `json:"removed,omitempty"`
}

// setupShown is made of a plan. A plan that was carried out shows what it changed alone.
func setupShown(files []setup.File, notes []setup.Note, dryRun bool) shownSetup {
	s := shownSetup{Done: !dryRun, Notes: notes, Files: []shownFile{}}
	for _, f := range files {
		if f.Same && (f.Gone || !dryRun) {
			continue
		}
		shown := shownFile{Path: f.Path, Action: fileAction(f)}
		if dryRun {
			shown.Link, shown.Content = f.Link, string(f.Data)
		}
		s.Files = append(s.Files, shown)
	}
	return s
}

func fileAction(f setup.File) string {
	switch {
	case f.Same:
		return fileSame
	case f.Gone:
		return fileGone
	case f.Existed:
		return fileChanged
	}
	return fileNew
}

func (e *env) printSetup(o *setupOptions, s shownSetup) error {
	if o.asJSON {
		return e.printJSON(s)
	}
	var b strings.Builder
	words := map[string]text.CtlWord{fileNew: text.CtlSetupNew, fileChanged: text.CtlSetupChanged, fileGone: text.CtlSetupGone, fileSame: text.CtlSetupSame}
	for _, f := range s.Files {
		b.WriteString(clean(e.say(words[f.Action], f.Path)) + "\n")
		if f.Link != "" {
			b.WriteString("    -> " + clean(f.Link) + "\n")
		}
		for line := range strings.Lines(f.Content) {
			b.WriteString("    " + clean(strings.TrimSuffix(line, "\n")) + "\n")
		}
	}
	if r := s.Registered; r != nil {
		word := text.CtlSetupModule
		if r.Removed {
			word = text.CtlSetupModuleGone
		}
		b.WriteString(clean(e.say(word, r.Database, r.Module)) + "\n")
	}
	for _, n := range s.Notes {
		b.WriteString("* " + clean(strings.TrimSpace(text.SetupNote(e.lang, string(n.Kind), n.Path, n.Detail))) + "\n")
	}
	b.WriteString(e.say(closing(s)) + "\n")
	return e.print(b.String())
}

func closing(s shownSetup) text.CtlWord {
	switch {
	case len(s.Files) == 0 && s.Registered == nil:
		return text.CtlSetupNothing
	case s.Done:
		return text.CtlSetupDone
	}
	return text.CtlSetupPlanned
}
