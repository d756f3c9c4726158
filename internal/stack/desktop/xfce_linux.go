package desktop

// panelFile is where the panel's settings are, below the desktop's folder.
const panelFile = "config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"

// watcherName is the notification area on the bus (org.kde.StatusNotifierWatcher, the XDG StatusNotifierItem draft).
const watcherName = "org.kde.StatusNotifierWatcher"

// settings are the files of the desktop's own programs: a panel along the bottom with a list of windows and, at its
// right end, the notification area. A file that is there keeps the panel from asking what to start with.
func settings() map[string]string {
	return map[string]string{panelFile: `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`}
}

// StartPanel starts the panel, again after KillPanel, and returns when tray icons can register with it.
func (d *Desktop) StartPanel() {
	d.tb.Helper()
	d.panel = d.Start("xfce4-panel", "--disable-wm-check")
	d.Await("the panel's notification area", func() bool { return d.Bus.Owned(watcherName) })
}

// KillPanel ends the panel as a crash would, and returns when its notification area is gone.
func (d *Desktop) KillPanel() {
	d.tb.Helper()
	d.panel.Kill()
	<-d.panel.Done()
	d.Await("the notification area to be gone", func() bool { return !d.Bus.Owned(watcherName) })
}
