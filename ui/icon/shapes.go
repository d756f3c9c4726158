package icon

// off is a switch that is off: a ring with a gap, and a stroke in it.
func off(k *sketch) {
	k.fill(band(point{12, 13}, 9, 3.4, -0.13, 0.63)...)
	k.fill(round(10.2, 2, 13.8, 12.5, 1.2)...)
}

// reader is a card reader with a card half in it.
func reader(k *sketch) {
	k.fill(round(5, 2, 19, 15, 1.8)...)
	k.cut(round(9, 5, 15, 10.2, 0.8)...)
	k.fill(round(2, 12.4, 22, 22, 2.2)...)
	k.cut(box(4.4, 14.2, 19.6, 16)...)
}

// card is a smart card with its chip, and lines of print.
func card(k *sketch) {
	k.fill(round(2, 4.5, 22, 19.5, 2.4)...)
	k.cut(round(4.7, 8, 10.3, 13, 0.8)...)
	k.cut(box(12.6, 8.6, 19.4, 10.4)...)
	k.cut(box(4.7, 15.2, 14.5, 17)...)
}

// wait is an hourglass.
func wait(k *sketch) {
	k.fill(box(5, 2, 19, 5)...)
	k.fill(box(5, 19, 19, 22)...)
	k.fill(point{6.5, 5}, point{17.5, 5}, point{17.5, 7.5}, point{13.4, 12}, point{17.5, 16.5}, point{17.5, 19},
		point{6.5, 19}, point{6.5, 16.5}, point{10.6, 12}, point{6.5, 7.5})
	k.cut(point{8.7, 6}, point{15.3, 6}, point{15, 7.4}, point{9, 7.4})
	k.cut(point{12, 13.5}, point{15, 16.8}, point{9, 16.8})
}

// key is a key, its bit upwards: a sign in the corner leaves it to be seen.
func key(k *sketch) {
	k.fill(circle(point{7.5, 13}, 5.5)...)
	k.fill(box(11, 11.4, 22, 14.6)...)
	k.fill(box(18.8, 6.4, 22, 12)...)
	k.fill(box(14.4, 8, 16.8, 12)...)
	k.cut(circle(point{7.5, 13}, 2.3)...)
}

// shutLock is a padlock.
func shutLock(k *sketch) {
	k.fill(band(point{12, 8}, 6, 2.6, 0.5, 1)...)
	k.fill(box(6, 8, 8.6, 12)...)
	k.fill(box(15.4, 8, 18, 12)...)
	k.fill(round(3.5, 10.5, 20.5, 22, 2)...)
	k.cut(circle(point{12, 15}, 2)...)
	k.cut(box(11.1, 15, 12.9, 19)...)
}

// openLock is a padlock whose shackle hangs at one side.
func openLock(k *sketch) {
	k.fill(band(point{16.6, 7}, 5.4, 2.4, 0.5, 1)...)
	k.fill(box(11.2, 7, 13.6, 12)...)
	k.fill(box(19.6, 7, 22, 10)...)
	k.fill(round(2, 11, 16, 22, 2)...)
	k.cut(point{5, 16.3}, point{6.4, 14.9}, point{8.3, 16.8}, point{11.9, 13.2}, point{13.3, 14.6}, point{8.3, 19.6})
}

// warning is a triangle with an exclamation mark.
func warning(k *sketch) {
	k.fill(point{12, 2}, point{22.5, 21}, point{1.5, 21})
	k.cut(box(10.7, 8.5, 13.3, 15.2)...)
	k.cut(box(10.7, 16.6, 13.3, 19)...)
}

// failure is an octagon with a cross.
func failure(k *sketch) {
	k.fill(point{8, 2}, point{16, 2}, point{22, 8}, point{22, 16}, point{16, 22}, point{8, 22}, point{2, 16}, point{2, 8})
	k.cut(line(point{7.6, 7.6}, point{16.4, 16.4}, 3)...)
	k.cut(line(point{16.4, 7.6}, point{7.6, 16.4}, 3)...)
}

// info is a disc with an i.
func info(k *sketch) {
	k.fill(circle(point{12, 12}, 10)...)
	k.cut(box(10.5, 10.3, 13.5, 18)...)
	k.cut(box(10.5, 5.8, 13.5, 8.6)...)
}

// timer is a stopwatch.
func timer(k *sketch) {
	k.fill(box(9, 1.8, 15, 4.6)...)
	k.fill(box(10.8, 4, 13.2, 6)...)
	k.fill(circle(point{12, 13.8}, 8.4)...)
	k.cut(circle(point{12, 13.8}, 5.6)...)
	k.fill(line(point{12, 14.6}, point{12, 9}, 2)...)
	k.fill(line(point{11.4, 13.8}, point{16, 13.8}, 2)...)
}

// systems is a screen on its foot.
func systems(k *sketch) {
	k.fill(round(2, 3, 22, 17, 2)...)
	k.fill(box(10, 16, 14, 20)...)
	k.fill(box(6.5, 19, 17.5, 22)...)
	k.cut(box(4.8, 5.8, 19.2, 14.2)...)
}

// diagnose is a magnifying glass.
func diagnose(k *sketch) {
	k.fill(circle(point{10, 10}, 8)...)
	k.fill(line(point{14.5, 14.5}, point{21, 21}, 4.2)...)
	k.cut(circle(point{10, 10}, 5)...)
}

// cornerWarning is the sign of a warning in the lower right.
func cornerWarning(k *sketch) {
	k.fill(point{17, 11.5}, point{23, 22.8}, point{11, 22.8})
}

// cornerError is the sign of an error in the lower right.
func cornerError(k *sketch) {
	k.fill(line(point{12.8, 12.8}, point{22, 22}, 3.6)...)
	k.fill(line(point{22, 12.8}, point{12.8, 22}, 3.6)...)
}
