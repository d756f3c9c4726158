package look

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/ui/text"
)

// env answers for the variables of a process.
func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// home is a person's folder whose file says content, and the variable that leads there.
func home(t *testing.T, content string) map[string]string {
	t.Helper()
	vars := homeVars(t.TempDir())
	file := filePath(env(vars))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return vars
}

func TestThePersonsFileStandsAboveTheDesktop(t *testing.T) {
	vars := home(t, "language = \"sv\"\ncolors = \"light\"\ncontrast = true\nplain = true\ntext = 150\n")
	vars["LANG"], vars["GTK_THEME"] = "en_US.UTF-8", "Adwaita:dark"
	w, errs := Want(t.Context(), env(vars))
	if want := (Wanted{Look: Look{Contrast: true, Text: 1.5}, Lang: text.SV, Plain: true}); w != want || len(errs) != 0 {
		t.Errorf("%+v, %v, not %+v", w, errs, want)
	}
}

func TestTheTrayAndTheWindowsSpeakOneLanguage(t *testing.T) {
	for content, want := range map[string]text.Lang{"": text.EN, "language = \"sv\"\n": text.SV, "language = \"fi\"\n": text.EN} {
		vars := home(t, content)
		w, _ := Want(t.Context(), env(vars))
		if got := Language(env(vars)); got != want || w.Lang != want {
			t.Errorf("%q: the tray speaks %q, a window %q", content, got, w.Lang)
		}
	}
}

func TestNoFileSaysNothing(t *testing.T) {
	for _, vars := range []map[string]string{homeVars(t.TempDir()), {}} {
		if w, errs := Want(t.Context(), env(vars)); w != (Wanted{Lang: text.EN}) || len(errs) != 0 {
			t.Errorf("%+v, %v", w, errs)
		}
	}
}

func TestAKeyThatIsWrongIsAWarningAndTheOthersCount(t *testing.T) {
	for content, key := range map[string]string{
		"language = \"fi\"": "language", "language = 1": "language", "colors = \"red\"": "colors", "colors = true": "colors",
		"contrast = \"yes\"": "contrast", "text = 99": "text", "text = 201": "text", "text = 1.5": "text", "text = \"150\"": "text",
		"font = \"Comic\"": "font", "plain = 1": "plain", "[pin]\npaste = true": "pin",
	} {
		first := "contrast = true\n"
		if key == "contrast" {
			first = "text = 150\n"
		}
		w, errs := Want(t.Context(), env(home(t, first+content+"\n")))
		bad := new(KeyError)
		if len(errs) != 1 || !errors.As(errs[0], &bad) || bad.Key != key || !strings.Contains(errs[0].Error(), "ui.toml") {
			t.Errorf("%q: %v", content, errs)
		}
		if !w.Contrast && w.Text != 1.5 {
			t.Errorf("%q: the good line does not count: %+v", content, w)
		}
	}
}

func TestAFileThatCannotBeReadIsAWarning(t *testing.T) {
	for name, vars := range map[string]map[string]string{
		"no TOML": home(t, "text = = 150"), "too long": home(t, "#"+strings.Repeat("x", maxFile)+"\ntext = 150\n"), "a folder": homeVars(t.TempDir()),
	} {
		if name == "a folder" {
			if err := os.MkdirAll(filePath(env(vars)), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if w, errs := Want(t.Context(), env(vars)); len(errs) != 1 || w.Look != (Look{}) {
			t.Errorf("%s: %+v, %v", name, w, errs)
		}
	}
}

func TestTheTextHasLimits(t *testing.T) {
	var nan float32
	nan /= nan
	for text, want := range map[float32]float32{0: 1, -3: 1, 0.5: 1, 1: 1, 1.25: 1.25, 2: 2, 7: 2} {
		if got := (Look{Text: text}).Scale(); got != want {
			t.Errorf("%v makes %v, not %v", text, got, want)
		}
	}
	if got := (Look{Text: nan}).Scale(); got != 1 {
		t.Errorf("what is not a number makes %v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("language = \"sv\"\ncolors = \"dark\"\ncontrast = true\ntext = 150\n"))
	f.Add([]byte("text = 1e9\n[a.b]\nc = [[1]]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, errs := parse(b)
		var w Wanted
		p.apply(&w)
		if s := w.Scale(); s < SmallestText || s > LargestText || (w.Text != 0 && w.Text != s) {
			t.Errorf("the text is %v", w.Text)
		}
		if w.Lang != "" && w.Lang != text.SV && w.Lang != text.EN {
			t.Errorf("the language is %q", w.Lang)
		}
		for _, err := range errs {
			if err.Error() == "" {
				t.Error("a warning says nothing")
			}
		}
	})
}

func with(vars map[string]string, name, value string) map[string]string {
	vars = maps.Clone(vars)
	vars[name] = value
	return vars
}
