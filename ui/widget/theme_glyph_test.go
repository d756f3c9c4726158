package widget

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"image/color"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"siths-agent/ui/look"
)

// lettersOf are the characters of all texts in a folder's source.
func lettersOf(t *testing.T, folder string) []rune {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	all := map[rune]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				for _, r := range s {
					all[r] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(all))
}

// ofNames are digits, and letters that names in Sweden have besides those of the texts: Sámi, Finnish, Polish, Nordic.
const ofNames = "0123456789ÅÉéÜüÁáČčĐđŊŋŠšŦŧŽžŁłŃńØøÆæÐðÞþçñëï'’-·"

// drawn is what a character looks like.
func drawn(w fyne.Window, r rune, bold bool) []byte {
	line := canvas.NewText(string(r), color.Black)
	line.TextSize, line.TextStyle.Bold = 16, bold
	line.Move(fyne.NewPos(8, 8))
	line.Resize(fyne.NewSize(32, 32))
	w.SetContent(line)
	return pixels(w.Canvas().Capture())
}

func TestTheFontHasEveryCharacterOfTheTexts(t *testing.T) {
	w := window(t, look.Look{}, canvas.NewText("", color.Black))
	w.Resize(fyne.NewSize(48, 48))
	letters := lettersOf(t, filepath.Join("..", "text"))
	for _, needed := range "aåäöÄÖ–⌫" {
		if !slices.Contains(letters, needed) {
			t.Errorf("no text has %q: are these all texts?", needed)
		}
	}
	letters = append(letters, []rune(ofNames)...)
	for _, bold := range []bool{false, true} {
		missing, nothing := drawn(w, '\U000E0FFF', bold), drawn(w, ' ', bold) // no font has a character there
		for _, r := range letters {
			if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
				continue
			}
			if got := drawn(w, r, bold); bytes.Equal(got, missing) || bytes.Equal(got, nothing) {
				t.Errorf("%q (%U) has no glyph", r, r)
			}
		}
	}
	if !bytes.Equal(drawn(w, '\U000E0FFE', false), drawn(w, '\U000E0FFF', false)) {
		t.Error("two characters that are not there look different: this test sees nothing")
	}
}
