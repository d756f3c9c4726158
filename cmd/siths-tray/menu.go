package main

import (
	"slices"
	"strings"

	"fyne.io/systray"

	"siths-agent/ui/model"
)

// line is one line of the menu. Lines are made once and shown when they are wanted: what the panel is told of a line that
// is gone would stay in its memory, and in ours.
type line struct {
	item    *systray.MenuItem
	shown   bool
	label   string
	enabled bool
}

// show makes a line look as it is to, and says nothing to the panel where it does already.
func (l *line) show(i model.Item) {
	if label := escaped(i.Label); label != l.label {
		l.item.SetTitle(label)
		l.label = label
	}
	if i.Enabled != l.enabled {
		l.enabled = i.Enabled
		if i.Enabled {
			l.item.Enable()
		} else {
			l.item.Disable()
		}
	}
	if !l.shown {
		l.item.Show()
		l.shown = true
	}
}

func (l *line) hide() {
	if l.shown {
		l.item.Hide()
		l.shown = false
	}
}

// escaped keeps a name's underscores from being taken for marks of shortcut keys (com.canonical.dbusmenu, property label).
func escaped(label string) string { return strings.ReplaceAll(label, "_", "__") }

// menu is the tray's menu.
type menu struct {
	notes   []*line // above, which only tell something: what is going on, and whose card it is
	systems *line
	below   []*line // of systems, as many as were ever wanted
	doing   map[model.Do]*line
}

// order is that of the lines that do something.
func order() []model.Do {
	return []model.Do{model.DoEnterPIN, model.DoLock, model.DoCard, model.DoChange, model.DoUnblock, model.DoDiagnostics, model.DoAbout}
}

// newMenu makes the lines, all hidden. What a person chooses is told to chosen.
func newMenu(chosen func(model.Do)) *menu {
	m := &menu{doing: map[model.Do]*line{}}
	m.notes = []*line{newLine(nil), newLine(nil)}
	m.systems = newLine(nil)
	systray.AddSeparator()
	for _, do := range order() {
		l := newLine(nil)
		m.doing[do] = l
		go func() {
			for range l.item.ClickedCh {
				chosen(do)
			}
		}()
	}
	return m
}

func newLine(parent *systray.MenuItem) *line {
	l := &line{}
	if parent == nil {
		l.item = systray.AddMenuItem("", "")
	} else {
		l.item = parent.AddSubMenuItem("", "")
	}
	l.item.Disable()
	l.item.Hide()
	return l
}

// show makes the menu that of a state.
func (m *menu) show(items []model.Item) {
	used := map[*line]bool{}
	notes := m.notes
	for _, i := range items {
		l := m.doing[i.Do]
		switch {
		case l != nil:
		case i.Items != nil:
			l = m.systems
			m.fill(i.Items)
		case i.Do == "" && len(notes) > 0:
			l, notes = notes[0], notes[1:]
		default:
			continue
		}
		l.show(i)
		used[l] = true
	}
	m.hideBut(used)
}

// hideBut hides the lines that a state has no use for.
func (m *menu) hideBut(used map[*line]bool) {
	for _, l := range slices.Concat([]*line{m.systems}, m.notes, m.actions()) {
		if !used[l] {
			l.hide()
		}
	}
}

func (m *menu) actions() []*line {
	var all []*line
	for _, do := range order() {
		all = append(all, m.doing[do])
	}
	return all
}

// fill shows the business systems below their line.
func (m *menu) fill(systems []model.Item) {
	for len(m.below) < len(systems) {
		m.below = append(m.below, newLine(m.systems.item))
	}
	for n, l := range m.below {
		if n < len(systems) {
			l.show(systems[n])
		} else {
			l.hide()
		}
	}
}
