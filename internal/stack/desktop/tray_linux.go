package desktop

import (
	"fmt"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The interfaces of tray icons (XDG StatusNotifierItem draft) and of their menus (com.canonical.dbusmenu, version 3).
const (
	itemInterface = "org.kde.StatusNotifierItem"
	menuInterface = "com.canonical.dbusmenu"
)

// TrayItem is an icon in the panel's notification area.
type TrayItem struct {
	// ID, Title and Status are what the item says of itself; ToolTip is what it says when pointed at.
	ID, Title, Status, ToolTip string
	// IconBytes is the size of the largest picture that came along, in bytes.
	IconBytes int
	owner     string
	path      dbus.ObjectPath
	menu      dbus.ObjectPath
}

// MenuEntry is a line of a tray icon's menu.
type MenuEntry struct {
	// Label is what it says; a separator says nothing.
	Label string
	// Enabled is whether it can be chosen.
	Enabled bool
	id      int32
}

// TrayItems are the icons that have registered with the panel.
func (d *Desktop) TrayItems() []TrayItem {
	d.tb.Helper()
	conn := d.Bus.Dial()
	defer func() { _ = conn.Close() }()
	v, err := conn.Object(watcherName, "/StatusNotifierWatcher").GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	if err != nil {
		return nil // there is no panel
	}
	names, _ := v.Value().([]string)
	items := make([]TrayItem, 0, len(names))
	for _, name := range names {
		owner, path, _ := strings.Cut(name, "/")
		if item, err := readItem(conn, owner, dbus.ObjectPath("/"+path)); err == nil {
			items = append(items, item)
		}
	}
	return items
}

// WaitTray waits for a tray icon and returns it.
func (d *Desktop) WaitTray() TrayItem {
	d.tb.Helper()
	var items []TrayItem
	d.Await("an icon in the notification area", func() bool {
		items = d.TrayItems()
		return len(items) > 0
	})
	return items[0]
}

// pixmap is one size of an icon, and tip what it says when pointed at (StatusNotifierItem: "a(iiay)", "(sa(iiay)ss)").
type pixmap struct {
	Width, Height int32
	ARGB          []byte
}

type tip struct {
	Icon        string
	Pixmaps     []pixmap
	Title, Text string
}

// readItem asks an icon for all of its properties.
func readItem(conn *dbus.Conn, owner string, path dbus.ObjectPath) (TrayItem, error) {
	var all map[string]dbus.Variant
	err := conn.Object(owner, path).Call("org.freedesktop.DBus.Properties.GetAll", 0, itemInterface).Store(&all)
	if err != nil {
		return TrayItem{}, err
	}
	item := TrayItem{owner: owner, path: path}
	_ = storeIn(all, "Id", &item.ID) // what an icon leaves out stays empty
	_ = storeIn(all, "Title", &item.Title)
	_ = storeIn(all, "Status", &item.Status)
	_ = storeIn(all, "Menu", &item.menu)
	var told tip
	if storeIn(all, "ToolTip", &told) == nil {
		item.ToolTip = strings.TrimSpace(told.Title + "\n" + told.Text)
	}
	var pictures []pixmap
	_ = storeIn(all, "IconPixmap", &pictures)
	for _, p := range pictures {
		item.IconBytes = max(item.IconBytes, len(p.ARGB))
	}
	return item, nil
}

// storeIn reads a property of its own type.
func storeIn(all map[string]dbus.Variant, name string, to any) error {
	v, there := all[name]
	if !there {
		return fmt.Errorf("no property %s", name)
	}
	return v.Store(to)
}

// node is a menu and what is in it ("(ia{sv}av)").
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// TrayMenu is the menu of the tray icon, those of its entries that are shown, top first.
func (d *Desktop) TrayMenu() []MenuEntry {
	d.tb.Helper()
	item := d.WaitTray()
	conn := d.Bus.Dial()
	defer func() { _ = conn.Close() }()
	var revision uint32
	var root node
	d.must(conn.Object(item.owner, item.menu).Call(menuInterface+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root))
	var entries []MenuEntry
	for _, child := range root.Children {
		var n node
		d.must(child.Store(&n))
		if e, shown := n.entry(); shown {
			entries = append(entries, e)
		}
	}
	return entries
}

// entry is the node as a line of a menu, and whether it is shown.
func (n node) entry() (MenuEntry, bool) {
	e, shown := MenuEntry{id: n.ID, Enabled: true}, true
	_ = storeIn(n.Properties, "label", &e.Label) // what is left out has its default value
	_ = storeIn(n.Properties, "enabled", &e.Enabled)
	_ = storeIn(n.Properties, "visible", &shown)
	return e, shown
}

// TrayChoose chooses the line of the tray icon's menu that says label, with hands that were at rest.
func (d *Desktop) TrayChoose(label string) {
	d.tb.Helper()
	d.still()
	menu := d.TrayMenu()
	for _, e := range menu {
		if e.Label == label && e.Enabled {
			d.trayEvent(e.id)
			return
		}
	}
	d.tb.Fatalf("the menu has no %q that can be chosen: %+v", label, menu)
}

// trayEvent tells the menu that an entry was chosen, as a panel does.
func (d *Desktop) trayEvent(id int32) {
	d.tb.Helper()
	item := d.WaitTray()
	conn := d.Bus.Dial()
	defer func() { _ = conn.Close() }()
	now := uint32(time.Now().Unix()) //nolint:gosec // the protocol's time stamp wraps by design
	d.must(conn.Object(item.owner, item.menu).Call(menuInterface+".Event", 0, id, "clicked", dbus.MakeVariant(""), now).Err)
}

// TrayActivate is a click with the first button on the tray icon, with hands that were at rest.
func (d *Desktop) TrayActivate() {
	d.tb.Helper()
	d.still()
	item := d.WaitTray()
	conn := d.Bus.Dial()
	defer func() { _ = conn.Close() }()
	d.must(conn.Object(item.owner, item.path).Call(itemInterface+".Activate", 0, int32(0), int32(0)).Err)
}
