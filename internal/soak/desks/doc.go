// Package desks has the icon in the panel and the windows come and go, and be flooded, on desktops.
package desks
